"""HTTP to people and cases: parse, authorise, call once, present."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base import clock
from base.models import Task
from base.services import finish_task
from base.views import View
from people import policies, selectors, services
from people import serializers as shapes
from people.models import (
    AccessRecord,
    Carer,
    Case,
    Centre,
    KinshipWall,
    NoContact,
    Person,
)
from people.policies import (
    chooses_lead,
    knows_person,
    may_open_case,
    may_register,
    require,
)
from people.requests import caller


class Centres(generics.ListAPIView[Centre]):
    """The caller's centres."""

    serializer_class = shapes.CentreOut
    queryset = Centre.objects.none()

    def get_queryset(self) -> QuerySet[Centre]:
        centres = selectors.centres_of(caller(self.request))
        return selectors.with_places(centres, on=clock.today()).prefetch_related("opening_hours")


class PersonFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="matching", max_length=120)

    def matching(self, rows: QuerySet[Person], name: str, text: str) -> QuerySet[Person]:
        return selectors.matching(rows, text)


class People(View, generics.ListAPIView[Person]):
    """People of the caller's centres, by name."""

    serializer_class = shapes.PersonOut
    filterset_class = PersonFilter
    queryset = Person.objects.none()

    def get_queryset(self) -> QuerySet[Person]:
        return selectors.people_of(caller(self.request)).select_related("centre", "household")

    @extend_schema(request=shapes.PersonIn, responses={201: shapes.PersonOut})
    def post(self, request: Request) -> Response:
        """Register a person, in a household of her own unless one is named."""
        staff = caller(request)
        asked = self.body(shapes.PersonIn)
        centre = selectors.centre(staff, asked.pop("centre"))
        require(may_register(staff, centre.pk))
        if household := asked.pop("household", None):
            asked["household"] = selectors.household(staff, centre, household)
        return self.created_once(
            lambda: shapes.PersonOut(services.register_person(centre, **asked)).data
        )


class OnePerson(View):
    @extend_schema(responses=shapes.PersonDetailOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        person = selectors.with_carers(
            caller(request), services.read_person(caller(request), public_id)
        )
        return Response(shapes.PersonDetailOut(person).data)


class OneCard(View):
    @extend_schema(request=shapes.CardIn, responses=shapes.CardOut)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Change a person's contact card; `id` is the person's."""
        person = services.read_person(caller(request), public_id)
        card = services.update_contact_card(
            person, by=caller(request).user, **self.body(shapes.CardIn)
        )
        return Response(shapes.CardOut(card).data)


class VerifyCard(View):
    @extend_schema(request=shapes.VerifyIn, responses=shapes.CardOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Staff heard the person herself on that number (D27)."""
        phone = self.body(shapes.VerifyIn).get("phone")
        card = services.verify_number(
            services.read_card(caller(request), public_id), phone=str(phone) if phone else None
        )
        return Response(shapes.CardOut(card).data)


class OptOut(View):
    @extend_schema(request=None, responses=shapes.CardOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """She asked for no messages; counts at once (D36)."""
        card = services.opt_out(services.read_card(caller(request), public_id))
        return Response(shapes.CardOut(card).data)


class Carers(View):
    @extend_schema(request=shapes.CarerIn, responses={201: shapes.CarerOut})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Record who cares for this child."""
        staff = caller(request)
        child = services.read_person(staff, public_id)
        asked = self.body(shapes.CarerIn)
        adult = selectors.person_of_centre(staff, child.centre_id, asked["adult"])
        relation = Carer.Relation(asked["relation"])
        return self.created_once(
            lambda: shapes.CarerOut(services.add_carer(child, adult, relation=relation)).data
        )


class OneCarer(View):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """She no longer cares for the child."""
        staff = caller(request)
        carer = selectors.carer(staff, public_id)
        require(knows_person(staff, carer.child))
        services.lift(carer)
        return Response(status=204)


class Pairs(View, generics.ListAPIView[NoContact]):
    """Whom this person must not meet (D11)."""

    serializer_class = shapes.PairOut
    queryset = NoContact.objects.none()

    def get_queryset(self) -> QuerySet[NoContact]:
        staff = caller(self.request)
        person = services.read_person(staff, self.kwargs["public_id"])
        require(policies.may_keep_apart(staff, person.centre_id))
        return selectors.pairs_with(staff, person)

    @extend_schema(request=shapes.PairIn, responses={201: shapes.PairOut})
    def post(self, request: Request, public_id: UUID) -> Response:
        """The two must not meet from now on; hours that bring them together become tasks."""
        staff = caller(request)
        person = services.read_person(staff, public_id)
        require(policies.may_keep_apart(staff, person.centre_id))
        asked = self.body(shapes.PairIn)
        other = selectors.person_of_centre(staff, person.centre_id, asked["other"])
        return self.created_once(lambda: shapes.PairOut(services.keep_apart(person, other)).data)


class OnePair(View):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """They may meet again."""
        services.lift(selectors.pair(caller(request), public_id))
        return Response(status=204)


class Walls(View, generics.ListAPIView[KinshipWall]):
    """Colleagues who are kin to this person's family (D12)."""

    serializer_class = shapes.WallOut
    queryset = KinshipWall.objects.none()

    def get_queryset(self) -> QuerySet[KinshipWall]:
        staff = caller(self.request)
        person = selectors.person(staff, self.kwargs["public_id"])
        require(policies.may_keep_apart(staff, person.centre_id))
        return selectors.walls_around(staff, person.household)

    @extend_schema(request=shapes.WallIn, responses={201: shapes.WallOut})
    def post(self, request: Request, public_id: UUID) -> Response:
        """A colleague, or the caller herself, is kin to this family and denied it."""
        staff = caller(request)
        person = selectors.person(staff, public_id)
        colleague = selectors.colleague(person.centre, self.body(shapes.WallIn)["specialist"])
        require(policies.may_wall_off(staff, colleague, person.centre_id))
        return self.created_once(
            lambda: shapes.WallOut(services.wall_off(colleague, person.household)).data
        )


class OneWall(View):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """She is no longer kept from the family."""
        services.lift(selectors.wall(caller(request), public_id))
        return Response(status=204)


class CaseFilter(django_filters.FilterSet):
    overdue = django_filters.BooleanFilter(method="late")
    open = django_filters.BooleanFilter(field_name="closed_on", lookup_expr="isnull")

    def late(self, rows: QuerySet[Case], name: str, wanted: bool) -> QuerySet[Case]:
        late = selectors.overdue_cases(rows)
        return late if wanted else rows.exclude(pk__in=late.values("pk"))


class Cases(View, generics.ListAPIView[Case]):
    """Cases the caller needs to know of; `overdue` are those whose plan is late (D6)."""

    serializer_class = shapes.CaseOut
    filterset_class = CaseFilter
    queryset = Case.objects.none()

    def get_queryset(self) -> QuerySet[Case]:
        return selectors.cases_of(caller(self.request))

    def paginate_queryset(self, queryset: Any) -> Any:
        """A page of cases is so many cases read (D39)."""
        page: list[Case] = super().paginate_queryset(queryset) or []
        read = [(case.centre_id, case.public_id) for case in page]
        services.note_reads(caller(self.request).user, "case", read)
        return page

    @extend_schema(request=shapes.CaseIn, responses={201: shapes.CaseOut})
    def post(self, request: Request) -> Response:
        """Open a case for a person's household."""
        staff = caller(request)
        asked = self.body(shapes.CaseIn)
        person = selectors.person(staff, asked.pop("person"))
        require(may_open_case(staff, person))
        lead = selectors.colleague(person.centre, asked.pop("lead"))
        require(lead == staff.user or chooses_lead(staff, person.centre_id))
        return self.created_once(
            lambda: shapes.CaseOut(services.open_case(person.household, lead=lead, **asked)).data
        )


class OneCase(View):
    @extend_schema(responses=shapes.CaseOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        return Response(shapes.CaseOut(services.read_case(caller(request), public_id)).data)


class PlannedCase(View):
    @extend_schema(request=None, responses=shapes.CaseOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Assessment and plan are ready (D6)."""
        case = services.note_plan(services.read_case(caller(request), public_id))
        return Response(shapes.CaseOut(case).data)


class ClosedCase(View):
    @extend_schema(request=None, responses=shapes.CaseOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """The work with the family is over."""
        case = services.close_case(services.read_case(caller(request), public_id))
        return Response(shapes.CaseOut(case).data)


class CaseDocuments(View):
    @extend_schema(request=shapes.DocumentIn, responses={201: shapes.EntryBasisOut})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Another entry document: a renewal, or one that authorises more (D4)."""
        case = services.read_case(caller(request), public_id)
        asked = self.body(shapes.DocumentIn)
        return self.created_once(
            lambda: shapes.EntryBasisOut(services.add_document(case, **asked)).data
        )


class Tasks(generics.ListAPIView[Task]):
    """Open tasks: the caller's own, and the centre's for those who run it."""

    serializer_class = shapes.TaskOut
    queryset = Task.objects.none()

    def get_queryset(self) -> QuerySet[Task]:
        return selectors.open_tasks(caller(self.request))


class DoneTask(View):
    @extend_schema(request=None, responses=shapes.TaskOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Tick a task off."""
        task = selectors.open_tasks(caller(request)).filter(public_id=public_id).first()
        done = finish_task(task or selectors.not_found("task"))
        return Response(shapes.TaskOut(done).data)


class AccessLog(generics.ListAPIView[AccessRecord]):
    """Who read whose data, for the data officer (D39)."""

    serializer_class = shapes.AccessOut
    queryset = AccessRecord.objects.none()

    def get_queryset(self) -> QuerySet[AccessRecord]:
        staff = caller(self.request)
        centres = staff.centres_where(policies.READS_ACCESS_LOG)
        require(bool(centres))
        return AccessRecord.objects.filter(centre__in=centres).select_related("user")
