"""Tasks by e-mail: that there is something to do, and until when. About whom is said only in the
program, for mail lies open on many desks."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now  # noqa: TID251 - leases are on database time
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base import clock
from base.models import Task
from people.models import Role, User

logger = logging.getLogger("notifications")

SETTLES = timedelta(minutes=2)
"""What is done at once need not be mailed."""

LEASE = timedelta(minutes=5)
MOST = 200

Letters = Mapping[User, list[Task]]


def mail_tasks() -> int:
    """One letter for everybody who has new tasks; returns how many left. A letter that does not
    leave is tried again when the lease is over: better twice than never, it holds no secret."""
    if not settings.EMAIL_URL:
        return 0
    tasks = claim()
    to_send = letters(tasks)
    for_nobody = set(tasks).difference(*to_send.values())
    note_mailed(for_nobody)
    return sum(mailed(user, theirs) for user, theirs in to_send.items())


@transaction.atomic
def claim() -> list[Task]:
    """Tasks nobody has mailed yet, for this worker."""
    free = Q(mail_lease_until=None) | Q(mail_lease_until__lt=Now())
    found = list(
        Task.objects.filter(
            free, done_at=None, mailed_at=None, created_at__lte=clock.now() - SETTLES
        )
        .order_by("created_at", "pk")
        .select_for_update(skip_locked=True)[:MOST]
    )
    keys = [task.pk for task in found]
    Task.objects.filter(pk__in=keys).update(mail_lease_until=Now() + LEASE)
    return found


def letters(tasks: Iterable[Task]) -> Letters:
    """Each task for its owner; where it has none, for the centre's coordinators. Whoever has no
    address sees it on her page of today."""
    tasks = list(tasks)
    owners = User.objects.in_bulk({task.owner_id for task in tasks if task.owner_id})
    coordinators = coordinators_of({task.centre_id for task in tasks})
    found: dict[User, list[Task]] = defaultdict(list)
    for task in tasks:
        owner = owners.get(task.owner_id) if task.owner_id else None
        readers = [owner] if owner and owner.is_active else coordinators[task.centre_id]
        for reader in readers:
            if reader.email:
                found[reader].append(task)
    return found


def coordinators_of(centre_ids: Iterable[int]) -> Mapping[int, list[User]]:
    today = clock.today()
    roles = Role.objects.filter(
        Q(until_on=None) | Q(until_on__gte=today),
        centre__in=centre_ids,
        name=Role.Name.COORDINATOR,
        from_on__lte=today,
        user__is_active=True,
    ).select_related("user")
    found: dict[int, list[User]] = defaultdict(list)
    for role in roles:
        found[role.centre_id].append(role.user)
    return found


def words_for(tasks: list[Task]) -> tuple[str, str]:
    """Subject and text: what kind of thing is due, and when."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = ngettext("A new task in Pristan", "%(n)s new tasks in Pristan", len(tasks))
        lines = [
            "– "
            + _("%(task)s (due %(day)s)")
            % {"task": task.get_kind_display(), "day": f"{task.due_on:%d.%m.%Y}"}
            for task in tasks
        ]
        return subject % {"n": len(tasks)}, "\n".join([*lines, "", settings.PUBLIC_URL, ""])


def mailed(user: User, tasks: list[Task]) -> bool:
    """Whether the letter left. Why not is told by the kind of error alone: its words quote
    addresses."""
    try:
        send_mail(*words_for(tasks), settings.DEFAULT_FROM_EMAIL, [user.email])
    except OSError as error:
        logger.warning("a letter to user %s did not leave: %s", user.pk, type(error).__name__)
        return False
    note_mailed(tasks)
    return True


def note_mailed(tasks: Iterable[Task]) -> None:
    keys = [task.pk for task in tasks]
    Task.objects.filter(pk__in=keys).update(mailed_at=clock.now())
