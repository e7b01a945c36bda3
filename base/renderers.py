"""Answers as JSON: fast, and the same text for the same data."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

ENCODER = JSONEncoder()


def to_json(data: Any) -> bytes:
    """`data` as JSON in UTF-8. Instants keep their offset; what orjson does not know (lazy
    texts, ordered results) is written as DRF would."""
    return orjson.dumps(data, default=ENCODER.default, option=orjson.OPT_NON_STR_KEYS)


class FastJSONRenderer(JSONRenderer):
    """DRF's renderer for application/json, with orjson inside."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else to_json(data)
