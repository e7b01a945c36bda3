"""What every API view does: know the caller's roles, read typed input, answer once."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from base import idempotency

S = TypeVar("S", bound=serializers.BaseSerializer[Any])
LONGEST_KEY = 200


class View(APIView):
    """An APIView that reads bodies and queries through serializers."""

    def body(self, kind: type[S], **context: Any) -> Any:
        """The validated body. Raises ValidationError, as 400."""
        form = kind(data=self.request.data, context=context)
        form.is_valid(raise_exception=True)
        return form.validated_data

    def query(self, kind: type[S], **context: Any) -> Any:
        """The validated query string. Raises ValidationError, as 400."""
        form = kind(data=self.request.query_params, context=context)
        form.is_valid(raise_exception=True)
        return form.validated_data

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
