"""The driver API's bodies: what is read is checked, what is answered is described."""

from typing import Any, get_args

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from dispatch.lifecycle import STATES
from dispatch.planning.binding import OptionCode
from dispatch.services.promises.driver_actions import DECLINE_REASONS

CARD = {
    "id": 12,
    "version": 3,
    "state": "offered",
    "truck": "冀B12345D",
    "server_time": "2026-11-21T08:00:00Z",
    "station": {
        "code": "tangshan-01",
        "name": "Caofeidian Port East",
        "name_zh": "曹妃甸港东站",
        "phone": "0315-0000000",
        "latitude_deg": 39.1,
        "longitude_deg": 118.9,
    },
    "lane": 1,
    "window_from": "2026-11-21T08:20:00Z",
    "window_to": "2026-11-21T08:35:00Z",
    "leave_by_at": "2026-11-21T08:02:00Z",
    "eta": "2026-11-21T08:26:00Z",
    "distance_m": 18200,
    "swap_s": 300,
    "soc_percent": 34.0,
    "soc_on_arrival_percent": 27.0,
    "probability": 0.9,
    "why": {
        "code": "least_delay",
        "text": "Least delay of all stations",
        "text_zh": "全程耽误最少",
    },
    "refused": [{"station": "Luannan", "code": "others_lose", "fleet_min": 12.5}],
    "offer_expires_at": "2026-11-21T08:02:00Z",
    "check_in_code": "482913",
    "packs": 1,
    "actions": ["accept", "decline"],
}
CARD_EXAMPLE = OpenApiExample("offer", CARD, response_only=True)


class CardStation(serializers.Serializer[Any]):
    """The station as a driver needs it; the position (WGS 84) is its gate."""

    code = serializers.CharField()
    name = serializers.CharField()
    name_zh = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    latitude_deg = serializers.FloatField()
    longitude_deg = serializers.FloatField()


class Why(serializers.Serializer[Any]):
    """Why this station, in one short sentence."""

    code = serializers.CharField()
    text = serializers.CharField()
    text_zh = serializers.CharField()


class RefusedStation(serializers.Serializer[Any]):
    """A station that was refused for this swap: what binds, what the fleet would lose there."""

    station = serializers.CharField()
    code = serializers.ChoiceField(choices=get_args(OptionCode))
    fleet_min = serializers.FloatField()


@extend_schema_serializer(component_name="Assignment", examples=[CARD_EXAMPLE])
class Card(serializers.Serializer[Any]):
    """The assignment as onboard units and drivers get it."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=STATES)
    truck = serializers.CharField()
    server_time = serializers.DateTimeField()
    station = CardStation()
    lane = serializers.IntegerField()
    window_from = serializers.DateTimeField()
    window_to = serializers.DateTimeField()
    leave_by_at = serializers.DateTimeField()
    eta = serializers.DateTimeField()
    distance_m = serializers.IntegerField()
    swap_s = serializers.IntegerField()
    soc_percent = serializers.FloatField(allow_null=True)
    soc_on_arrival_percent = serializers.FloatField()
    probability = serializers.FloatField()
    why = Why()
    refused = RefusedStation(many=True)
    offer_expires_at = serializers.DateTimeField()
    check_in_code = serializers.CharField()
    packs = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField())


class TruckChoice(serializers.Serializer[Any]):
    """A truck a shift may be started with, and the packs the registry has on it."""

    id = serializers.IntegerField()
    plate = serializers.CharField()
    pack_codes = serializers.ListField(child=serializers.CharField())


class ShiftTruck(serializers.Serializer[Any]):
    """The truck of a shift."""

    id = serializers.IntegerField()
    plate = serializers.CharField()


class ShiftOut(serializers.Serializer[Any]):
    """A shift."""

    id = serializers.IntegerField()
    truck = ShiftTruck()
    pack_codes = serializers.ListField(child=serializers.CharField())
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class DriverOut(serializers.Serializer[Any]):
    """Who is signed in."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    carrier = serializers.CharField()


class TripOut(serializers.Serializer[Any]):
    """The trip the truck is on, or goes on next."""

    id = serializers.IntegerField()
    state = serializers.CharField(help_text="`planned` or `underway`.")
    origin = serializers.CharField()
    origin_zh = serializers.CharField()
    destination = serializers.CharField()
    destination_zh = serializers.CharField()
    load_kg = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)


class ChargeOut(serializers.Serializer[Any]):
    """The truck's charge as last reported."""

    soc_percent = serializers.FloatField()
    recorded_at = serializers.DateTimeField()
    age_s = serializers.IntegerField()


class EndedOut(serializers.Serializer[Any]):
    """The promise that ended last, within the last half hour."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=STATES)
    ended_at = serializers.DateTimeField()
    station = serializers.CharField()
    station_zh = serializers.CharField()


class Me(serializers.Serializer[Any]):
    """All a driver's page needs at once."""

    driver = DriverOut()
    server_time = serializers.DateTimeField()
    shift = ShiftOut(allow_null=True)
    trucks = TruckChoice(many=True, help_text="Trucks to start a shift with; empty on shift.")
    trip = TripOut(allow_null=True)
    charge = ChargeOut(allow_null=True)
    assignment = Card(allow_null=True)
    ended = EndedOut(allow_null=True)
    csrf_token = serializers.CharField()


class SessionIn(serializers.Serializer[Any]):
    """The token of a one-time link."""

    token = serializers.CharField(max_length=100)


class SessionOut(serializers.Serializer[Any]):
    """A new session."""

    driver = DriverOut()
    csrf_token = serializers.CharField()


class Action(serializers.Serializer[Any]):
    """Anything a phone asks for carries its own id, so that it may be sent again."""

    action_id = serializers.UUIDField()


class ShiftIn(Action):
    """The truck and the packs the driver confirms."""

    truck_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    pack_codes = serializers.ListField(child=serializers.CharField(max_length=24), max_length=3)


class Decline(Action):
    """An offer is declined for one of these reasons."""

    reason = serializers.ChoiceField(choices=DECLINE_REASONS)


class ShiftEnded(serializers.Serializer[Any]):
    """The shift that ended; null if there was none."""

    shift = ShiftOut(allow_null=True)


class AssignmentAfter(serializers.Serializer[Any]):
    """What is promised after the action."""

    assignment = Card(allow_null=True)


@extend_schema_serializer(component_name="Problem")
class ProblemOut(serializers.Serializer[Any]):
    """A refusal (RFC 9457)."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
