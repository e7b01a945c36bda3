"""One step of one enrolment: the group is locked, and what the step frees goes to the list."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from base.errors import StaleVersion
from people.models import Person, User
from workshops import seating, selectors
from workshops.marking import read_again, wrong_step
from workshops.models import Enrolment, Group
from workshops.sessions import lock_group
from workshops.waiting import fill, lapse

Status = Enrolment.Status


@contextmanager
def changing(group: Group, by: User | None, *, new: Collection[Person] = ()) -> Iterator[Group]:
    """One command on a group at a time, with everybody in it locked and whoever is `new`. Offers
    that ran out are passed on before it, and what it frees is offered after it."""
    group = lock_group(group)
    seating.lock(group, [*new, *(one.person for one in selectors.live_enrolments(group))])
    lapse(group)
    yield group
    fill(group, by=by)


@contextmanager
def step(
    enrolment: Enrolment, *, by: User | None, version: int | None, target: Status | None = None
) -> Iterator[Enrolment]:
    """One step of one enrolment under the group's lock; afterwards it is saved as another version.
    Raises StaleVersion, WrongEnrolmentStep unless it may go to `target`."""
    with changing(enrolment.group, by) as group:
        fresh = read_again([enrolment])[0]
        fresh.group = group
        if version is not None and version != fresh.version:
            raise StaleVersion(version=fresh.version)
        if target and target not in Status(fresh.status).moves:
            raise wrong_step(fresh)
        yield fresh
        fresh.version += 1
        fresh.save()
