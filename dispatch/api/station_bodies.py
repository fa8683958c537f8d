"""What the station interface takes and gives: the shapes, for reading and for the schema."""

from typing import Any

from rest_framework import serializers

from dispatch.lifecycle import STATES
from telematics.api.parsers import NumberField


class CheckInBody(serializers.Serializer[Any]):
    """A truck at the gate: its code, and the plate the station reads."""

    event_id = serializers.UUIDField()
    check_in_code = serializers.CharField(max_length=6)
    plate = serializers.CharField(max_length=12)
    lane = serializers.IntegerField(required=False, min_value=1, max_value=32767)


class HandedOutPack(serializers.Serializer[Any]):
    """A pack for the truck; `slot` is null while it is not in the station."""

    position = serializers.IntegerField()
    code = serializers.CharField()
    slot = serializers.IntegerField(allow_null=True)


class ExpectedPack(serializers.Serializer[Any]):
    """A pack that comes off the truck."""

    position = serializers.IntegerField()
    code = serializers.CharField()


class CheckInAnswer(serializers.Serializer[Any]):
    """Swap now, or wait in the queue until about `starts_at`."""

    assignment = serializers.IntegerField()
    lane = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[("swapping", "swapping"), ("queued", "queued")])
    hand_out = HandedOutPack(many=True)
    expect_in = ExpectedPack(many=True)
    starts_at = serializers.DateTimeField()


class PackOutBody(serializers.Serializer[Any]):
    """A pack that went from a slot into a position of the truck."""

    position = serializers.IntegerField(min_value=1, max_value=3)
    code = serializers.CharField(max_length=24)
    slot = serializers.IntegerField(min_value=1, max_value=32767)


class PackInBody(PackOutBody):
    """A pack that went from a position of the truck into a slot, with its charge."""

    soc_percent = NumberField(min_value=0, max_value=100, required=False)


class SwapBody(serializers.Serializer[Any]):
    """A finished swap; with `as_is` the station insists on what it saw."""

    event_id = serializers.UUIDField()
    check_in_code = serializers.CharField(max_length=6)
    finished_at = serializers.DateTimeField()
    packs_out = serializers.ListField(child=PackOutBody(), max_length=3)
    packs_in = serializers.ListField(child=PackInBody(), max_length=3)
    as_is = serializers.BooleanField(default=False)


class SwapAnswer(serializers.Serializer[Any]):
    """What became of the assignment: `done` or `failed`; one that was over stays what it was.

    What the station saw is recorded all the same, with an alarm.
    """

    assignment = serializers.IntegerField()
    state = serializers.ChoiceField(choices=STATES)


class LaneCloseBody(serializers.Serializer[Any]):
    """Why a lane takes no truck."""

    event_id = serializers.UUIDField()
    reason = serializers.CharField(max_length=200)


class LaneCloseAnswer(serializers.Serializer[Any]):
    """Since when the lane is closed, and how many promises are planned again for it."""

    lane = serializers.IntegerField()
    closed_since = serializers.DateTimeField()
    moved = serializers.IntegerField()


class LaneOpenBody(serializers.Serializer[Any]):
    """The lane takes trucks again."""

    event_id = serializers.UUIDField()


class LaneOpenAnswer(serializers.Serializer[Any]):
    """The lane that is open."""

    lane = serializers.IntegerField()


class ArrivalRow(serializers.Serializer[Any]):
    """A truck that comes, or waits, or stands in the lane."""

    assignment = serializers.IntegerField()
    state = serializers.CharField()
    plate = serializers.CharField()
    lane = serializers.IntegerField()
    eta = serializers.DateTimeField()
    window_from = serializers.DateTimeField()
    window_to = serializers.DateTimeField()
    starts_at = serializers.DateTimeField()
    packs = HandedOutPack(many=True)


class ArrivalsAnswer(serializers.Serializer[Any]):
    """Live assignments of the station, in order of time."""

    server_time = serializers.DateTimeField()
    arrivals = ArrivalRow(many=True)


class SlotPlan(serializers.Serializer[Any]):
    """What a slot charges from now on: power into the pack, constant in each window."""

    slot = serializers.IntegerField()
    pack_code = serializers.CharField(allow_null=True)
    windows = serializers.ListField(child=serializers.DictField())
    ready_at = serializers.DateTimeField(allow_null=True)


class ChargePlanAnswer(serializers.Serializer[Any]):
    """The charge plan of the station under its power limit at the meter."""

    server_time = serializers.DateTimeField()
    power_limit_kw = serializers.IntegerField()
    slots = SlotPlan(many=True)
