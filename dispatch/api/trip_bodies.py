"""What carriers send and get of trips."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import models
from rest_framework import serializers

from dispatch.models import Trip
from dispatch.services.trips.orders import TripOrder, TripVerdict
from telematics.ingest.items import Refusal

decoder = msgspec.json.Decoder(TripOrder)


def in_utc(order: TripOrder) -> TripOrder:
    """Return the order with its times in UTC."""
    due_at = order.due_at and order.due_at.astimezone(UTC)
    return msgspec.structs.replace(order, ready_at=order.ready_at.astimezone(UTC), due_at=due_at)


def refused(refusal: Refusal) -> dict[str, Any]:
    """Return the verdict on an order that was not understood."""
    return {
        "external_id": None,
        "verdict": "refused",
        "code": refusal.code,
        "path": refusal.path,
        "detail": refusal.detail,
    }


def said(verdict: TripVerdict, *, root: str) -> dict[str, Any]:
    """Return the verdict on an order; `root` is the order's JSON path."""
    body: dict[str, Any] = {"external_id": verdict.external_id, "verdict": verdict.verdict}
    if verdict.verdict == "refused":
        path = f"{root}.{verdict.field}"
        return {**body, "code": verdict.code, "path": path, "detail": verdict.detail}
    return {**body, "id": verdict.trip_id}


class TripIn(serializers.Serializer[Any]):
    """A trip to make or change; `truck` is a plate or VIN, places are codes."""

    external_id = serializers.CharField(min_length=1, max_length=60)
    truck = serializers.CharField(max_length=17, required=False, allow_null=True)
    origin = serializers.CharField(max_length=50)
    destination = serializers.CharField(max_length=50)
    load_kg = serializers.IntegerField(min_value=0, max_value=200_000)
    ready_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    dwell_s = serializers.IntegerField(
        min_value=0, max_value=86_400, required=False, allow_null=True
    )


class OrderVerdict(serializers.Serializer[Any]):
    """What became of one order; a refused one has `code`, `path` and `detail`."""

    external_id = serializers.CharField(allow_null=True)
    verdict = serializers.ChoiceField(choices=["created", "updated", "unchanged", "refused"])
    id = serializers.IntegerField(required=False)
    code = serializers.CharField(required=False)
    path = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)


class OrdersAnswer(serializers.Serializer[Any]):
    """A verdict an order, in their order."""

    verdicts = OrderVerdict(many=True)


class TripsQuery(serializers.Serializer[Any]):
    """Which trips, and from where on."""

    state = serializers.ChoiceField(choices=Trip.State.values, required=False)
    after = serializers.IntegerField(min_value=0, max_value=2**63 - 1, required=False)
    view = serializers.CharField(max_length=60, required=False)


class UtcField(serializers.DateTimeField):
    """A time as every answer has it: in UTC, whatever zone people see on pages."""

    def enforce_timezone(self, value: datetime) -> datetime:
        """Return the instant in UTC."""
        return value.astimezone(UTC)


class OrderedTrip(serializers.ModelSerializer[Trip]):
    """A trip, as ordered and as it went."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: UtcField,
    }
    truck = serializers.CharField(source="truck.plate", allow_null=True, default=None)
    origin = serializers.CharField(source="origin.code")
    destination = serializers.CharField(source="destination.code")
    state = serializers.CharField()

    class Meta:
        model = Trip
        fields = [
            "id",
            "external_id",
            "truck",
            "origin",
            "destination",
            "load_kg",
            "ready_at",
            "due_at",
            "dwell_s",
            "state",
            "loading_at",
            "left_at",
            "arrived_at",
            "cancel_reason",
        ]


class TripsAnswer(serializers.Serializer[Any]):
    """A page of trips; `next` is null on the last one."""

    trips = OrderedTrip(many=True)
    next = serializers.IntegerField(allow_null=True)


class CancelIn(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=200)
