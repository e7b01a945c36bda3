"""The caller of a request, with her roles read once."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework.request import Request

from people.models import User
from people.policies import Staff, staff


def caller(request: Request | HttpRequest) -> Staff:
    """The caller as Staff. The roles are kept on the request: they are asked for often."""
    plain: Any = getattr(request, "_request", request)
    if not hasattr(plain, "pristan_staff"):
        user: User | AnonymousUser = request.user
        plain.pristan_staff = staff(user)
    found: Staff = plain.pristan_staff
    return found
