"""`/api/v1/fleet/lanes`: the lanes of an operator's stations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, override

from django.db.models import QuerySet
from rest_framework import serializers

from dispatch.api.registries.callers import Caller
from dispatch.api.registries.resource import ChangeBody, Resource, StationQuery, only
from dispatch.api.registries.stations import CLOSING, ClosableFacts, last_closing
from dispatch.services.gate import lanes
from fleet import access
from fleet.access import Viewer
from fleet.models import Lane, SwapStation
from fleet.selectors.changes import Change
from fleet.selectors.registries import closures_of, lanes_told
from fleet.services.seen import hold, write_columns


class LaneFacts(ClosableFacts):
    """A lane: how long it takes for a swap, which packs (empty: all), and whether it is closed."""

    id = serializers.IntegerField()
    station = serializers.CharField(source="station.code")
    number = serializers.IntegerField()
    swap_s = serializers.IntegerField()
    pack_types = serializers.SerializerMethodField()
    is_station_closed = serializers.SerializerMethodField()

    def get_pack_types(self, lane: Any) -> list[str]:
        """Return the codes of the pack types the lane takes."""
        return sorted(kind.code for kind in lane.pack_types.all())

    def get_is_station_closed(self, lane: Any) -> bool:
        """Say whether the whole station takes no truck now."""
        return bool(closures_of_station(lane))


def closures_of_station(lane: Any) -> list[Any]:
    """Return the closures of the lane's whole station that hold now."""
    return closures_of(lane.station)


class LaneChange(ChangeBody):
    """What may be changed of a lane; `reason` is what a closed one shows."""

    swap_s = serializers.IntegerField(min_value=60, max_value=3600, required=False)
    is_closed = serializers.BooleanField(required=False)


class Lanes(Resource):
    """The lanes of stations."""

    name, one = "lanes", "lane"
    facts, body, query = LaneFacts, LaneChange, StationQuery

    @override
    def rows_for(self, user: Viewer, *, now: datetime) -> QuerySet[Lane]:
        stations = access.stations_for(user).values("pk")
        return lanes_told(Lane.objects.filter(station__in=stations), now=now)

    @override
    def kept_by(self, user: Viewer, *, now: datetime) -> QuerySet[Lane]:
        return Lane.objects.filter(station__in=access.stations_kept_by(user).values("pk"))

    @override
    def hold(self, row: Lane) -> None:
        # The station first, as whoever closes a lane does.
        hold(SwapStation.objects.filter(pk=row.station_id))
        super().hold(row)

    @override
    def edit(self, row: Lane, wanted: Mapping[str, Any], *, caller: Caller, now: datetime) -> None:
        write_columns(row, only(wanted, "swap_s"))
        is_closed = bool(closures_of(row))
        if wanted.get("is_closed", is_closed) != is_closed:
            verb = lanes.open_lane if is_closed else lanes.close_lane
            verb(row, reason=wanted["reason"], by=caller.by, now=now)

    @override
    def touched(self, row: Lane, member: str) -> Change | None:
        if member == "is_station_closed":
            return last_closing(row.station)
        return last_closing(row) if member in CLOSING else super().touched(row, member)
