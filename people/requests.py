"""The caller of a request, with her roles read once."""

from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from people.credentials import Credentials
from people.policies import Staff, staff


def caller(request: Request | HttpRequest) -> Staff:
    """The caller as Staff. The roles are kept on the request: they are asked for often."""
    user = request.user
    plain: Any = getattr(request, "_request", request)
    if not hasattr(plain, "pristan_staff"):
        plain.pristan_staff = staff(user)
    found: Staff = plain.pristan_staff
    return found


def remember(request: Request, found: Credentials) -> None:
    """Keep what was read together with the user."""
    plain: Any = request._request
    plain.pristan_staff = Staff(found.user, found.roles)
