"""Who is calling: the user behind a token, and her roles today, each in one plain statement.

These run before every request. As model queries they would cost as much as the rest of a
calendar.
"""

from dataclasses import dataclass
from datetime import date, datetime

from base.rows import columns_of, fetch, from_row
from people.models import User

HOLDER = f"""
    SELECT token.expiry, {columns_of(User, "holder")}
      FROM knox_authtoken token JOIN people_user holder ON holder.id = token.user_id
     WHERE token.digest = %(digest)s
"""  # noqa: S608 - our own columns

ROLES = """
    SELECT centre_id, name FROM people_role
     WHERE user_id = %(user)s AND from_on <= %(on)s AND (until_on IS NULL OR until_on >= %(on)s)
"""


@dataclass(frozen=True)
class Credentials:
    """A token's holder and when the token ends (never, when None)."""

    user: User
    expires_at: datetime | None


def holder_of(digest: str) -> Credentials | None:
    """The holder of the token with this digest."""
    found = fetch(HOLDER, {"digest": digest})
    return Credentials(from_row(User, found[0][1:]), found[0][0]) if found else None


def roles_of(user_id: int | None, *, on: date) -> dict[int, frozenset[str]]:
    """The names of a user's roles on a date, by centre id."""
    found = fetch(ROLES, {"user": user_id, "on": on})
    return {
        centre: frozenset(name for other, name in found if other == centre) for centre, _ in found
    }
