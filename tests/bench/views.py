"""Floors: what the server, Django and DRF cost before anybody does anything."""

from datetime import timedelta

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from base import clock
from tests.bench.models import PlainRow

CONSTANT = {"count": 1, "next": None, "previous": None, "results": ["constant"]}


class Floor(APIView):
    """A constant, for anybody. By POST the body is parsed first."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request) -> Response:
        return Response(CONSTANT)

    def post(self, request: Request) -> Response:
        assert request.data
        return Response(CONSTANT, status=201)


class Control(APIView):
    """Authenticates as the program does, and commits plain rows as the ORM commits a booking's:
    `?rows=1,3` is one transaction of two INSERTs, of one row and of three."""

    def post(self, request: Request) -> Response:
        assert request.data
        now = clock.now()
        with transaction.atomic():
            for rows in map(int, request.query_params["rows"].split(",")):
                PlainRow.objects.bulk_create(
                    PlainRow(
                        owner=request.user.pk,
                        kind="plain",
                        starts_at=now,
                        ends_at=now + timedelta(hours=1),
                    )
                    for _ in range(rows)
                )
        return Response(CONSTANT, status=201)
