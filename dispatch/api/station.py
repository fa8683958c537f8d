"""What stations decide with us: who comes, check-ins, swaps, charge plan, lanes."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dispatch.api import station_bodies as bodies
from dispatch.api.station_events import answer_event
from dispatch.selectors.arrivals import arrivals_of_station, charge_plan_of_station
from dispatch.services.gate.check_ins import CheckIn, check_in
from dispatch.services.gate.lanes import close_lane, open_lane
from dispatch.services.gate.swaps import Exchange, MovedPack, finish_swap
from fleet import clock
from fleet.models import Lane
from telematics.api.auth import station_of
from telematics.api.station import StationView

EVENT = "6f2c0f5e-3c9a-4f0e-9a53-0d5a4cf2b1a1"
CODE = "482913"
PACK_OUT = {"position": 1, "code": "TSTPB01A000000G3A0000123", "slot": 4}
PACK_IN = {"position": 1, "code": "TSTPB01A000000G3A0000124", "slot": 4, "soc_percent": 22.5}


def _read(body: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    reader = body(data=request.data)
    reader.is_valid(raise_exception=True)
    values: dict[str, Any] = reader.validated_data
    return values


class ArrivalsView(StationView):
    """`GET /api/v1/station/arrivals`."""

    @extend_schema(
        tags=["station"], operation_id="station_arrivals", responses=bodies.ArrivalsAnswer
    )
    def get(self, request: Request) -> Response:
        """Return the trucks promised a swap here and not through, in order of time."""
        arrivals = arrivals_of_station(station_of(request))
        return Response({"server_time": clock.now(), "arrivals": arrivals})


class ChargePlanView(StationView):
    """`GET /api/v1/station/charge-plan`."""

    @extend_schema(
        tags=["station"], operation_id="station_charge_plan", responses=bodies.ChargePlanAnswer
    )
    def get(self, request: Request) -> Response:
        """Return what each slot charges from now on, and when its pack is ready."""
        station, now = station_of(request), clock.now()
        return Response(
            {
                "server_time": now,
                "power_limit_kw": station.power_limit_kw,
                "slots": charge_plan_of_station(station, now=now),
            }
        )


class CheckInsView(StationView):
    """`POST /api/v1/station/check-ins`."""

    @extend_schema(
        tags=["station"],
        operation_id="station_check_in",
        request=bodies.CheckInBody,
        responses=bodies.CheckInAnswer,
        examples=[
            OpenApiExample(
                "A truck at the gate",
                request_only=True,
                value={"event_id": EVENT, "check_in_code": CODE, "plate": "冀B12345D"},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Let the right truck into its lane, or into the queue; refuse the wrong one."""
        event, now, station = _read(bodies.CheckInBody, request), clock.now(), station_of(request)

        def act() -> dict[str, Any]:
            return _granted(
                check_in(
                    station,
                    check_in_code=event["check_in_code"],
                    plate=event["plate"],
                    lane_number=event.get("lane"),
                    now=now,
                )
            )

        return answer_event(request, kind="check_in", event=event, now=now, act=act)


def _granted(granted: CheckIn) -> dict[str, Any]:
    return {
        "assignment": granted.assignment.pk,
        "lane": granted.assignment.lane.number,
        "state": granted.assignment.state,
        "hand_out": [
            {"position": pack.position, "code": pack.code, "slot": pack.slot}
            for pack in granted.hand_out
        ],
        "expect_in": [{"position": pack.position, "code": pack.code} for pack in granted.expect_in],
        "starts_at": granted.starts_at.isoformat(),
    }


class SwapsView(StationView):
    """`POST /api/v1/station/swaps`."""

    @extend_schema(
        tags=["station"],
        operation_id="station_swap",
        request=bodies.SwapBody,
        responses=bodies.SwapAnswer,
        examples=[
            OpenApiExample(
                "One pack out, one in",
                request_only=True,
                value={
                    "event_id": EVENT,
                    "check_in_code": CODE,
                    "finished_at": "2026-11-21T08:35:10Z",
                    "packs_out": [PACK_OUT],
                    "packs_in": [PACK_IN],
                },
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Record a finished swap: the right packs, or what was seen if the station insists."""
        event, now, station = _read(bodies.SwapBody, request), clock.now(), station_of(request)
        exchange = Exchange(
            finished_at=event["finished_at"],
            packs_out=[MovedPack(**pack) for pack in event["packs_out"]],
            packs_in=[MovedPack(**pack) for pack in event["packs_in"]],
            as_is=event["as_is"],
        )

        def act() -> dict[str, Any]:
            ended = finish_swap(
                station, check_in_code=event["check_in_code"], exchange=exchange, now=now
            )
            return {"assignment": ended.pk, "state": ended.state}

        return answer_event(request, kind="swap", event=event, now=now, act=act)


def _lane(request: Request, number: int) -> Lane:
    lane = Lane.objects.select_related("station").filter(station=station_of(request), number=number)
    if found := lane.first():
        return found
    raise Http404


class LaneCloseView(StationView):
    """`POST /api/v1/station/lanes/{number}/close`."""

    @extend_schema(
        tags=["station"],
        operation_id="station_lane_close",
        request=bodies.LaneCloseBody,
        responses=bodies.LaneCloseAnswer,
        examples=[
            OpenApiExample(
                "A fault",
                request_only=True,
                value={"event_id": EVENT, "reason": "Gripper fault, repair under way"},
            )
        ],
    )
    def post(self, request: Request, number: int) -> Response:
        """Take no truck in a lane; the promises that lose it are planned again at once."""
        event, now, lane = _read(bodies.LaneCloseBody, request), clock.now(), _lane(request, number)

        def act() -> dict[str, Any]:
            closure, moved = close_lane(lane, reason=event["reason"], by=None, now=now)
            since = closure.during.lower.isoformat()
            return {"lane": number, "closed_since": since, "moved": moved}

        return answer_event(request, kind=f"close_{number}", event=event, now=now, act=act)


class LaneOpenView(StationView):
    """`POST /api/v1/station/lanes/{number}/open`."""

    @extend_schema(
        tags=["station"],
        operation_id="station_lane_open",
        request=bodies.LaneOpenBody,
        responses=bodies.LaneOpenAnswer,
        examples=[OpenApiExample("Mended", request_only=True, value={"event_id": EVENT})],
    )
    def post(self, request: Request, number: int) -> Response:
        """Take trucks in a lane again."""
        event, now, lane = _read(bodies.LaneOpenBody, request), clock.now(), _lane(request, number)

        def act() -> dict[str, Any]:
            open_lane(lane, reason="opened by the station", by=None, now=now)
            return {"lane": number}

        return answer_event(request, kind=f"open_{number}", event=event, now=now, act=act)
