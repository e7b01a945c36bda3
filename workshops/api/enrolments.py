"""HTTP to enrolments: asked for, accepted, offered, paused, withdrawn."""

from abc import ABC, abstractmethod
from typing import Any
from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from base.views import IDEMPOTENCY, View
from people import selectors as people_selectors
from people.policies import Staff, knows_person, require
from people.requests import caller
from workshops import enrolling, lookup, offers, pausing, policies, selectors, services
from workshops.enrolling import Application, Candidate
from workshops.models import Belonging, Enrolment, Step
from workshops.shapes import enrolments as shapes


class EnrolmentFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=Enrolment.Status.choices)
    group = django_filters.UUIDFilter(field_name="group__public_id")
    person = django_filters.UUIDFilter(field_name="person__public_id")


class Enrolments(View, generics.GenericAPIView[Enrolment]):
    filterset_class = EnrolmentFilter
    queryset = Enrolment.objects.none()

    @extend_schema(operation_id="enrolments_list", responses=shapes.EnrolmentOut(many=True))
    def get(self, request: Request) -> Response:
        """Of the groups the caller runs and of the families whose case she leads, in the order of
        asking."""
        found = self.filter_queryset(selectors.enrolments_seen_by(caller(request)))
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response(shapes.enrolments_shown(page))

    @extend_schema(
        request=shapes.EnrolmentIn,
        responses={201: shapes.EnrolledOut},
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Places, or turns on the waiting list. Whoever runs the group enrols; others propose."""
        staff = caller(request)
        asked = self.body(shapes.EnrolmentIn)
        application = application_in(staff, asked)
        accepted = policies.may_run(staff, application.group)
        return self.created_once(
            lambda: {
                "enrolments": shapes.enrolments_shown(
                    enrolling.enrol(application, by=staff.user, accepted=accepted)
                )
            }
        )


def application_in(staff: Staff, asked: dict[str, Any]) -> Application:
    """Raises NotFound, NotAllowed."""
    group = lookup.group(staff, asked["group"])
    require(policies.may_ask(staff, group.workshop))
    centre_id = group.workshop.centre_id
    candidates = []
    for line in asked["people"]:
        person = people_selectors.person_of_centre(staff, centre_id, line["person"])
        require(policies.may_propose(staff, group, person))
        carer = line.get("carer")
        candidates.append(
            Candidate(
                person,
                people_selectors.person_of_centre(staff, centre_id, carer) if carer else None,
                line["one_to_one"],
            )
        )
    if asked["without_papers"]:
        require(policies.may_waive_papers(staff, group.workshop))
    return Application(
        group=group,
        candidates=tuple(candidates),
        from_on=asked["from"],
        until_on=asked.get("to"),
        consent_on=asked["consent_on"],
        together=asked["together"],
        is_trial=asked["trial"],
        leaving_out=asked["leaving_out"],
        without_papers=asked["without_papers"],
    )


class OneEnrolment(View):
    @extend_schema(responses=shapes.EnrolmentOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        return shown(lookup.enrolment(caller(request), public_id))


class Steps(View, generics.ListAPIView[Step]):
    """The whole story of an enrolment, with who and when."""

    serializer_class = shapes.StepOut
    queryset = Step.objects.none()

    def get_queryset(self) -> Any:
        found = lookup.enrolment(caller(self.request), self.kwargs["public_id"])
        return found.steps.select_related("by").order_by("at", "pk")


class Command(View, ABC):
    """A command of whoever runs the group on one enrolment."""

    form: type[Any]

    def post(self, request: Request, public_id: UUID) -> Response:
        staff = caller(request)
        enrolment = lookup.enrolment_in_own_group(staff, public_id)
        return shown(self.carry_out(enrolment, self.body(self.form), staff))

    @abstractmethod
    def carry_out(self, one: Enrolment, asked: dict[str, Any], staff: Staff) -> Enrolment:
        """Raises what its service does."""


@extend_schema(request=shapes.AcceptIn, responses=shapes.EnrolmentOut)
class Accept(Command):
    """The leader agrees to a proposal."""

    form = shapes.AcceptIn

    def carry_out(self, one: Enrolment, asked: dict[str, Any], staff: Staff) -> Enrolment:
        return enrolling.accept(one, by=staff.user, **asked)


@extend_schema(request=shapes.ReasonIn, responses=shapes.EnrolmentOut)
class Decline(Command):
    """The leader does not agree."""

    form = shapes.ReasonIn

    def carry_out(self, one: Enrolment, asked: dict[str, Any], staff: Staff) -> Enrolment:
        return enrolling.decline(one, by=staff.user, **asked)


@extend_schema(request=shapes.AnswerIn, responses=shapes.EnrolmentOut)
class Answer(Command):
    """What the family says to the place it is offered."""

    form = shapes.AnswerIn

    def carry_out(self, one: Enrolment, asked: dict[str, Any], staff: Staff) -> Enrolment:
        act = offers.take if asked.pop("yes") else offers.refuse
        return act(one, by=staff.user, **asked)


@extend_schema(request=shapes.WithdrawIn, responses=shapes.EnrolmentOut)
class Withdraw(Command):
    """She does not come any more from a day on."""

    form = shapes.WithdrawIn

    def carry_out(self, one: Enrolment, asked: dict[str, Any], staff: Staff) -> Enrolment:
        return enrolling.withdraw(one, by=staff.user, **asked)


@extend_schema(request=shapes.PauseIn, responses=shapes.EnrolmentOut)
class PauseEnrolment(Command):
    """She does not come for a while."""

    form = shapes.PauseIn

    def carry_out(self, one: Enrolment, asked: dict[str, Any], staff: Staff) -> Enrolment:
        return pausing.pause(
            one,
            from_on=asked["from"],
            until_on=asked["to"],
            by=staff.user,
            version=asked.get("version"),
        )


@extend_schema(request=shapes.OnIn, responses=shapes.EnrolmentOut)
class Resume(Command):
    """She comes again from a day on."""

    form = shapes.OnIn

    def carry_out(self, one: Enrolment, asked: dict[str, Any], staff: Staff) -> Enrolment:
        return pausing.resume(one, by=staff.user, **asked)


@extend_schema(request=shapes.SkipIn, responses=shapes.EnrolmentOut)
class Skip(Command):
    """Pass her over on the waiting list, with a reason; without one, no longer."""

    form = shapes.SkipIn

    def carry_out(self, one: Enrolment, asked: dict[str, Any], staff: Staff) -> Enrolment:
        if asked["reason"]:
            return offers.skip(one, by=staff.user, **asked)
        return offers.unskip(one, by=staff.user, version=asked.get("version"))


class Belongings(View, generics.GenericAPIView[Belonging]):
    queryset = Belonging.objects.none()

    @extend_schema(operation_id="belongings_list", responses=shapes.BelongingOut(many=True))
    def get(self, request: Request, public_id: UUID) -> Response:
        """Of whom a person is one, for whom there are workshops (D13)."""
        staff = caller(request)
        person = people_selectors.person(staff, public_id)
        require(knows_person(staff, person))
        page = self.paginate_queryset(person.belongings.order_by("pk")) or []
        return self.get_paginated_response(shapes.belongings_shown(page))

    @extend_schema(
        request=shapes.BelongingIn, responses={201: shapes.BelongingOut}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Note to whom she belongs, from a date on."""
        staff = caller(request)
        person = people_selectors.person(staff, public_id)
        require(knows_person(staff, person))
        asked = self.body(shapes.BelongingIn)
        return self.created_once(
            lambda: (
                shapes.BelongingOut(
                    services.note_belonging(
                        person,
                        asked["audience"],
                        from_on=asked["from"],
                        until_on=asked.get("to"),
                        by=staff.user,
                    )
                ).data
            )
        )


def shown(one: Enrolment) -> Response:
    return Response(shapes.enrolments_shown([one])[0])
