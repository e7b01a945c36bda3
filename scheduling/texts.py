"""Texts that are made once.

A booking's version names its content: what anybody may see of it changes with the version, or with
the set-up (a service is renamed). So each text is kept under both, and under what it shows; who may
see what is asked of the database anew for every reader and every time.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar
from uuid import UUID

Shown = TypeVar("Shown", bound=Hashable)


class Keeper(Generic[Shown]):
    """What a process remembers: at most about `most` texts, then it begins anew."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        self.kept: dict[tuple[UUID, str], dict[Shown, bytes]] = defaultdict(dict)

    def under(self, stamp: UUID | None, kind: str) -> Mapping[Shown, bytes]:
        """Those of one kind made under this set-up; without a stamp nothing is remembered."""
        return self.kept[stamp, kind] if stamp else {}

    def keep(self, made: Mapping[Shown, bytes], stamp: UUID | None, kind: str) -> None:
        if sum(map(len, self.kept.values())) + len(made) > self.most:
            self.kept.clear()
        if stamp:
            self.kept[stamp, kind].update(made)
