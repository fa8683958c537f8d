"""`/api/v1/driver/`: what a driver's page says and hears (docs/reference/api.md)."""

from typing import Any

from django.contrib.auth import logout
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch.api import driver_schema as schema
from dispatch.api.driver_auth import DriverSession, IsDriver, driver_behind
from dispatch.models import SwapAssignment
from dispatch.selectors.cards import assignment_card, live_assignment_of_driver
from dispatch.selectors.drivers import driver_json, driver_overview
from dispatch.services.promises.driver_actions import (
    Answer,
    IdReusedError,
    answer_assignment,
    begin_shift,
    finish_shift,
    once,
)
from fleet import clock
from fleet.api.problems import Problem
from fleet.api.sessions import open_session
from fleet.models import Driver
from fleet.services.sign_in import LinkRefusedError, redeem_sign_in_link

ACTION_ID = "3f0c7b1e-8a51-4f39-9f3e-6a4f0f6b7d10"
REFUSED = {
    401: OpenApiResponse(schema.ProblemOut, description="`not_signed_in`"),
    403: OpenApiResponse(schema.ProblemOut, description="`csrf_failed`"),
}


class DriverView(APIView):
    """A call of a signed-in driver."""

    authentication_classes = [DriverSession]
    permission_classes = [IsDriver]


def respond_once(request: Request, kind: str, body: dict[str, Any], act: Any) -> Response:
    """Do a driver's action once and answer it; a kept refusal becomes a problem again."""
    try:
        answer: Answer = once(
            driver_behind(request),
            action_id=body["action_id"],
            kind=kind,
            body={k: v for k, v in body.items() if k != "action_id"},
            now=clock.now(),
            act=act,
        )
    except IdReusedError as error:
        raise Problem(status=409, code=error.code, detail=str(error)) from error
    if answer.status >= 400:
        raise Problem(status=answer.status, **answer.body)
    return Response(answer.body, status=answer.status)


class SessionView(APIView):
    """Sign in with a one-time link, and out."""

    authentication_classes = [DriverSession]
    permission_classes = []

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Nobody need be known to sign in; the JSON body keeps other sites' forms out."""
        request = getattr(self, "request", None)  # None while the API is being described
        is_sign_in = request is not None and request.method == "POST"
        return [] if is_sign_in else super().get_authenticators()

    @extend_schema(
        operation_id="driver_sign_in",
        tags=["driver"],
        auth=[],
        request=schema.SessionIn,
        responses={
            200: schema.SessionOut,
            401: OpenApiResponse(
                schema.ProblemOut, description="`unknown_link`, `link_used`, `link_expired`"
            ),
        },
        examples=[
            OpenApiExample("token of the link", {"token": "kq3…"}, request_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """Use a one-time link up and open a session of 30 days."""
        body = schema.SessionIn(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            driver = redeem_sign_in_link(body.validated_data["token"], now=clock.now())
        except LinkRefusedError as error:
            raise Problem(status=401, code=error.code, detail=str(error)) from error
        open_session(request._request, driver)
        token = get_token(request._request)
        return Response({"driver": driver_json(driver), "csrf_token": token})

    @extend_schema(
        operation_id="driver_sign_out", tags=["driver"], request=None, responses={204: None}
    )
    def delete(self, request: Request) -> Response:
        """Sign out on this phone."""
        logout(request._request)
        return Response(status=204)


class MeView(DriverView):
    """Who is signed in, and all there is to show."""

    @extend_schema(operation_id="driver_me", tags=["driver"], responses={200: schema.Me, **REFUSED})
    def get(self, request: Request) -> Response:
        """Answer driver, shift, trucks to take, trip, charge, assignment and the last end."""
        overview = driver_overview(driver_behind(request), now=clock.now())
        return Response({**overview, "csrf_token": get_token(request._request)})


class ShiftsView(DriverView):
    """Start a shift."""

    @extend_schema(
        operation_id="driver_start_shift",
        tags=["driver"],
        request=schema.ShiftIn,
        responses={
            201: schema.ShiftOut,
            409: OpenApiResponse(
                schema.ProblemOut,
                description="`truck_taken`, `on_shift_already`, `unknown_truck`, `id_reused`, "
                "`wrong_packs` (with `expected`)",
            ),
            **REFUSED,
        },
        examples=[
            OpenApiExample(
                "truck and packs",
                {"action_id": ACTION_ID, "truck_id": 7, "pack_codes": ["TSTPB01A000000G3A0000123"]},
                request_only=True,
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Go on shift with a truck, its packs confirmed."""
        body = schema.ShiftIn(data=request.data)
        body.is_valid(raise_exception=True)
        data, driver = body.validated_data, driver_behind(request)

        def act() -> Answer:
            return begin_shift(
                driver,
                truck_id=data["truck_id"],
                pack_codes=data["pack_codes"],
                now=clock.now(),
            )

        return respond_once(request, "start_shift", data, act)


class ShiftEndView(DriverView):
    """End a shift."""

    @extend_schema(
        operation_id="driver_end_shift",
        tags=["driver"],
        request=schema.Action,
        responses={
            200: schema.ShiftEnded,
            409: OpenApiResponse(schema.ProblemOut, description="`swap_open`, `id_reused`"),
            **REFUSED,
        },
    )
    def post(self, request: Request) -> Response:
        """End the shift; a promise not begun is cancelled, a swap under way must end first."""
        body = schema.Action(data=request.data)
        body.is_valid(raise_exception=True)
        driver = driver_behind(request)
        return respond_once(
            request,
            "end_shift",
            body.validated_data,
            lambda: finish_shift(driver, now=clock.now()),
        )


class AssignmentView(DriverView):
    """The driver's present promise."""

    @extend_schema(
        operation_id="driver_assignment",
        tags=["driver"],
        responses={200: schema.Card, 204: None, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """Answer what is promised now; 204 when nothing is."""
        now = clock.now()
        live = live_assignment_of_driver(driver_behind(request).pk)
        return Response(assignment_card(live, now=now)) if live else Response(status=204)


class ActionView(DriverView):
    """What a driver does about a promise; :func:`action_view` makes one for each action."""

    action = ""
    body: type[schema.Action] = schema.Action

    def act(self, request: Request, assignment_id: int) -> Response:
        """Do it once, however often it is sent."""
        body = self.body(data=request.data)
        body.is_valid(raise_exception=True)
        driver = driver_behind(request)
        assignment = own_assignment(driver, assignment_id)
        data = {**body.validated_data, "assignment": assignment_id}

        def act() -> Answer:
            return answer_assignment(
                driver,
                assignment=assignment,
                action=self.action,
                reason=data.get("reason", ""),
                now=clock.now(),
            )

        return respond_once(request, self.action, data, act)


def own_assignment(driver: Driver, assignment_id: int) -> SwapAssignment:
    """Return the driver's assignment; another driver's is as if it were not there."""
    row = SwapAssignment.objects.filter(pk=assignment_id, driver=driver).first()
    if row is None:
        raise Problem(status=404, code="not_found", detail=_("You have no such assignment."))
    return row


def action_view(action: str) -> type[ActionView]:
    """Return the view of one action, described on its own in the API's contract."""
    body = schema.Decline if action == "decline" else schema.Action
    example = {"action_id": ACTION_ID, **({"reason": "too_far"} if action == "decline" else {})}

    @extend_schema(
        operation_id=f"driver_{action}",
        summary=f"Driver: {action}",
        tags=["driver"],
        request=body,
        responses={
            200: schema.AssignmentAfter,
            404: OpenApiResponse(schema.ProblemOut, description="`not_found`"),
            409: OpenApiResponse(
                schema.ProblemOut,
                description="`offer_expired`, `not_allowed_now` (with `state`), `id_reused`",
            ),
            **REFUSED,
        },
        examples=[OpenApiExample(action, example, request_only=True)],
    )
    def post(self: ActionView, request: Request, assignment_id: int) -> Response:
        return self.act(request, assignment_id)

    members = {"action": action, "body": body, "post": post}
    return type(f"{action.title()}View", (ActionView,), members)
