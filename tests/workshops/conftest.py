"""A Monday morning, a week before the usual group begins."""

from collections.abc import Iterator

import pytest

from base import clock
from tests.support import building
from tests.workshops.building import MONDAY


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with clock.frozen(building.at(MONDAY, 8)):
        yield
