"""`/api/v1/fleet/stations`: the stations an operator runs, closed and opened as a whole."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, override

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dispatch.api.registries.callers import Caller
from dispatch.api.registries.resource import ChangeBody, Facts, Resource, only
from dispatch.api.trip_bodies import UtcField
from dispatch.services.gate import lanes
from fleet import access
from fleet.access import Viewer
from fleet.models import Closure, SwapStation
from fleet.selectors.changes import Change, changes_of
from fleet.selectors.registries import closures_of, stations_told
from fleet.services.seen import write_columns

CLOSING = {"is_closed", "closed_reason", "closed_since"}


class ClosableFacts(Facts):
    """What may be closed: whether it is, why, and since when."""

    is_closed = serializers.SerializerMethodField()
    closed_reason = serializers.SerializerMethodField()
    closed_since = serializers.SerializerMethodField()

    def get_is_closed(self, row: Any) -> bool:
        """Say whether it takes no truck now."""
        return bool(closures_of(row))

    def get_closed_reason(self, row: Any) -> str:
        """Return why it takes no truck; empty if it does."""
        return "; ".join(closure.reason for closure in closures_of(row))

    @extend_schema_field(UtcField(allow_null=True))
    def get_closed_since(self, row: Any) -> str | None:
        """Return since when it takes no truck."""
        found = closures_of(row)
        return UtcField().to_representation(found[0].during.lower) if found else None


def last_closing(row: Any) -> Change | None:
    """Return the newest change of the closures of a lane, or of a station as a whole."""
    of_station = isinstance(row, SwapStation)
    own = {"station": row, "lane": None} if of_station else {"lane": row}
    newest = Closure.objects.filter(**own).order_by("-pk").first()
    changes = changes_of(newest, limit=1) if newest else []
    return changes[0] if changes else None


class StationFacts(ClosableFacts):
    """A station as the registry has it, and whether it is closed as a whole."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    name_zh = serializers.CharField()
    operator = serializers.CharField(source="operator.code")
    region = serializers.CharField(source="region.code")
    latitude_deg = serializers.FloatField()
    longitude_deg = serializers.FloatField()
    power_limit_kw = serializers.IntegerField()
    tariff = serializers.CharField(
        source="tariff.code", default=None, allow_null=True, read_only=True
    )
    contact_phone = serializers.CharField()
    is_active = serializers.BooleanField()


class StationChange(ChangeBody):
    """What may be changed of a station; `reason` is what a closed one shows."""

    name = serializers.CharField(max_length=120, required=False)
    name_zh = serializers.CharField(max_length=120, required=False, allow_blank=True)
    power_limit_kw = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    contact_phone = serializers.CharField(max_length=20, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)
    is_closed = serializers.BooleanField(required=False)


class Stations(Resource):
    """The registry of stations."""

    name, one = "stations", "station"
    facts, body = StationFacts, StationChange
    columns = {"operator": "operator_id", "region": "region_id", "tariff": "tariff_id"}

    @override
    def rows_for(self, user: Viewer, *, now: datetime) -> QuerySet[SwapStation]:
        return stations_told(access.stations_for(user), now=now)

    @override
    def kept_by(self, user: Viewer, *, now: datetime) -> QuerySet[SwapStation]:
        return access.stations_kept_by(user)

    @override
    def edit(
        self, row: SwapStation, wanted: Mapping[str, Any], *, caller: Caller, now: datetime
    ) -> None:
        columns = ("name", "name_zh", "power_limit_kw", "contact_phone", "is_active")
        write_columns(row, only(wanted, *columns))
        is_closed = bool(closures_of(row))
        if wanted.get("is_closed", is_closed) != is_closed:
            verb = lanes.open_station if is_closed else lanes.close_station
            verb(row, reason=wanted["reason"], by=caller.by, now=now)

    @override
    def touched(self, row: SwapStation, member: str) -> Change | None:
        return last_closing(row) if member in CLOSING else super().touched(row, member)
