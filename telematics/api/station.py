"""What stations report: the state of their slots and lanes."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fleet import clock
from telematics.api.auth import DeviceKeyAuthentication, IsStation, station_of
from telematics.api.parsers import MachineJsonParser, NumberField
from telematics.models import LaneState
from telematics.services.slot_states import SlotReport
from telematics.services.station_readings import LaneReport, Verdict, record_lanes, record_slots

MOST_ITEMS = 500


class StationView(APIView):
    """A view for station controllers: their key, bounded JSON."""

    authentication_classes = [DeviceKeyAuthentication]
    permission_classes = [IsStation]
    parser_classes = [MachineJsonParser]


class SlotReadingBody(serializers.Serializer[Any]):
    """What the station says of one slot."""

    slot = serializers.IntegerField(min_value=1, max_value=32767)
    pack_code = serializers.CharField(
        max_length=24, allow_null=True, allow_blank=True, default=None
    )
    soc_percent = NumberField(min_value=0, max_value=100, allow_null=True, default=None)
    soh_percent = NumberField(min_value=0, max_value=100, allow_null=True, default=None)
    power_kw = NumberField(min_value=0, max_value=5000, default=0)
    temperature_c = NumberField(min_value=-60, max_value=200, allow_null=True, default=None)
    fault_code = serializers.CharField(max_length=40, allow_blank=True, default="")


class LaneReadingBody(serializers.Serializer[Any]):
    """What the station says of one lane."""

    lane = serializers.IntegerField(min_value=1, max_value=32767)
    state = serializers.ChoiceField(choices=LaneState.State.choices)
    fault_code = serializers.CharField(max_length=40, allow_blank=True, default="")


class ReadingsBody(serializers.Serializer[Any]):
    """What the station says of all or some of its slots and lanes at one moment."""

    recorded_at = serializers.DateTimeField()
    lanes = LaneReadingBody(many=True, required=False)
    slots = SlotReadingBody(many=True, required=False)


class ReadingsFrame(serializers.Serializer[Any]):
    """The same, as it is read: each item gets its own verdict, so the frame takes any."""

    recorded_at = serializers.DateTimeField()
    lanes = serializers.ListField(
        child=serializers.DictField(), max_length=MOST_ITEMS, default=list
    )
    slots = serializers.ListField(
        child=serializers.DictField(), max_length=MOST_ITEMS, default=list
    )


class ReadingVerdict(serializers.Serializer[Any]):
    """What became of one item; `slot` or `lane` says which, null where the item did not."""

    slot = serializers.IntegerField(required=False, allow_null=True)
    lane = serializers.IntegerField(required=False, allow_null=True)
    verdict = serializers.ChoiceField(
        choices=[(word, word) for word in ("stored", "late", "duplicate", "refused")]
    )
    code = serializers.CharField(required=False)
    path = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)


class ReadingsAnswer(serializers.Serializer[Any]):
    """One verdict an item, lanes first."""

    server_time = serializers.DateTimeField()
    verdicts = ReadingVerdict(many=True)


class ReadingsView(StationView):
    """`POST /api/v1/station/readings`."""

    @extend_schema(
        tags=["station"],
        operation_id="station_readings",
        request=ReadingsBody,
        responses=ReadingsAnswer,
        examples=[
            OpenApiExample(
                "Two slots and a lane",
                request_only=True,
                value={
                    "recorded_at": "2026-11-21T08:00:00Z",
                    "lanes": [{"lane": 1, "state": "free"}],
                    "slots": [
                        {
                            "slot": 1,
                            "pack_code": "TSTPB01A000000G3A0000123",
                            "soc_percent": 81.5,
                            "power_kw": 240,
                            "temperature_c": 31,
                        },
                        {"slot": 2, "pack_code": None},
                    ],
                },
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Keep readings of slots and lanes; answered after the commit, one verdict an item."""
        frame = ReadingsFrame(data=request.data)
        frame.is_valid(raise_exception=True)
        station, now = station_of(request), clock.now()
        recorded_at = frame.validated_data["recorded_at"]
        lanes, bad_lanes = _read(LaneReadingBody, "lane", frame.validated_data["lanes"])
        slots, bad_slots = _read(SlotReadingBody, "slot", frame.validated_data["slots"])
        lane_reports = [LaneReport(**item) for item in lanes]
        slot_reports = [
            SlotReport(**{**item, "pack_code": item["pack_code"] or ""}) for item in slots
        ]
        with transaction.atomic():
            of_lanes = record_lanes(station, lane_reports, recorded_at=recorded_at, now=now)
            of_slots = record_slots(station, slot_reports, recorded_at=recorded_at, now=now)
        return Response(
            {
                "server_time": now,
                "verdicts": [
                    *(_said("lane", verdict) for verdict in of_lanes),
                    *bad_lanes,
                    *(_said("slot", verdict) for verdict in of_slots),
                    *bad_slots,
                ],
            }
        )


def _read(
    body: type[serializers.Serializer[Any]], what: str, items: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the items that can be read, and verdicts on those that cannot."""
    good, bad = [], []
    for index, item in enumerate(items):
        reader = body(data=item)
        if reader.is_valid():
            good.append(reader.validated_data)
            continue
        name, errors = next(iter(reader.errors.items()))
        bad.append(
            {
                what: item[what] if type(item.get(what)) is int else None,
                "verdict": "refused",
                "code": "invalid",
                "path": f"$.{what}s[{index}].{name}",
                "detail": str(errors[0]),
            }
        )
    return good, bad


def _said(what: str, verdict: Verdict) -> dict[str, Any]:
    said: dict[str, Any] = {what: verdict.number, "verdict": verdict.verdict}
    if verdict.code:
        said |= {"code": verdict.code, "detail": verdict.detail}
    return said
