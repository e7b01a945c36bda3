"""HTTP to other calendars of specialists."""

from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile, File
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from base.views import View
from people.policies import require
from people.requests import caller
from scheduling import lookup, policies
from scheduling.incoming import selectors, services
from scheduling.incoming.errors import MOST_BYTES
from scheduling.models import Resource
from scheduling.shapes.busy import BroughtInOut, CalendarFile


class CalendarParser(BaseParser):
    """A body that is the calendar, as if it were a form with that file; of what is too large, one
    byte too many."""

    media_type = "text/calendar"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, "ContentFile[bytes]"]:
        return {"file": ContentFile(stream.read(MOST_BYTES + 1), name="calendar.ics")}


class BusyTimes(View):
    parser_classes = (CalendarParser, MultiPartParser)

    @extend_schema(responses=BroughtInOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        """What was brought in of the specialist's other calendar, and her sessions that it
        collides with."""
        specialist = bringing_in(request, public_id)
        return Response(BroughtInOut(selectors.brought_in(specialist)).data)

    @extend_schema(
        request={"text/calendar": OpenApiTypes.STR, "multipart/form-data": CalendarFile},
        responses=BroughtInOut,
    )
    def put(self, request: Request, public_id: UUID) -> Response:
        """Bring in her other calendar, in place of the former one: while it is busy, so is she.
        Nothing is kept of it but when."""
        specialist = bringing_in(request, public_id)
        services.keep_calendar(specialist, self.calendar())
        return Response(BroughtInOut(selectors.brought_in(specialist)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Forget it: its times are free again."""
        services.forget_calendar(bringing_in(request, public_id))
        return Response(status=204)

    def calendar(self) -> bytes:
        file: File[bytes] | None = self.body(CalendarFile).get("file")
        return file.read(MOST_BYTES + 1) if file else b""


def bringing_in(request: Request, public_id: UUID) -> Resource:
    """Raises NotFound, NotAllowed."""
    staff = caller(request)
    specialist = lookup.specialist(staff, public_id)
    require(policies.may_bring_in(staff, specialist))
    return specialist
