"""Who is calling: the user behind a token and her roles today, in one plain statement.

These run before every request. As model queries they would cost as much as the rest of a
calendar.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from base.rows import columns_of, fetch, from_row
from people.models import User

HOLDER = f"""
    SELECT token.expiry,
           ARRAY(SELECT role.centre_id::text || ' ' || role.name FROM people_role role
                  WHERE role.user_id = holder.id AND role.from_on <= %(on)s
                    AND (role.until_on IS NULL OR role.until_on >= %(on)s)),
           {columns_of(User, "holder")}
      FROM knox_authtoken token JOIN people_user holder ON holder.id = token.user_id
     WHERE token.digest = %(digest)s
"""  # noqa: S608 - our own columns

ROLES = """
    SELECT centre_id::text || ' ' || name FROM people_role
     WHERE user_id = %(user)s AND from_on <= %(on)s AND (until_on IS NULL OR until_on >= %(on)s)
"""

Roles = dict[int, frozenset[str]]
"""Names of roles by centre id."""


@dataclass(frozen=True)
class Credentials:
    """A token's holder, her roles on the day, and when the token ends (never, when None)."""

    user: User
    roles: Roles
    expires_at: datetime | None


def holder_of(digest: str, *, on: date) -> Credentials | None:
    """The holder of the token with this digest."""
    found = fetch(HOLDER, {"digest": digest, "on": on})
    if not found:
        return None
    expires_at, roles, *columns = found[0]
    return Credentials(from_row(User, columns), by_centre(roles), expires_at)


def roles_of(user_id: int | None, *, on: date) -> Roles:
    """A user's roles on a date."""
    return by_centre(role for (role,) in fetch(ROLES, {"user": user_id, "on": on}))


def by_centre(roles: Iterable[str]) -> Roles:
    found: dict[int, set[str]] = {}
    for role in roles:
        centre, name = role.split(" ")
        found.setdefault(int(centre), set()).add(name)
    return {centre: frozenset(names) for centre, names in found.items()}
