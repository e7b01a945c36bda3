"""What every API view does: know the caller's roles, read typed input, answer once."""

import json
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from base import idempotency

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Same key, same answer."
)

Form = serializers.BaseSerializer[Any]
LONGEST_KEY = 200

FORMS: dict[type[Form], Form] = {}
"""One serializer of each kind, for reading. Validation keeps nothing on it, and making it anew
copies every field: that costs more than the validation."""


def form(kind: type[Form]) -> Form:
    return FORMS.get(kind) or FORMS.setdefault(kind, kind())


class View(APIView):
    """An APIView that reads bodies and queries through serializers."""

    def body(self, kind: type[Form]) -> Any:
        """The validated body. Raises ValidationError, as 400."""
        return form(kind).run_validation(self.request.data)

    def query(self, kind: type[Form]) -> Any:
        """The validated query string. Raises ValidationError, as 400."""
        return form(kind).run_validation(self.request.query_params)

    def created_once(self, create: Callable[[], Any]) -> Response:
        """201 with what `create` returns; under an Idempotency-Key the same answer again."""
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            return Response(create(), status=201)
        if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
            raise serializers.ValidationError(
                {"Idempotency-Key": _("Use up to 200 printable ASCII characters.")}
            )
        print_ = idempotency.fingerprint(
            self.request.method or "",
            self.request.path,
            json.dumps(self.request.data, sort_keys=True).encode(),
        )
        user_id = self.request.user.pk
        assert user_id is not None  # permission classes let in only who is logged in
        status, answer = idempotency.once(user_id, key, print_, lambda: (201, create()))
        return Response(answer, status=status)
