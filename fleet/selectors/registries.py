"""Rows of the registries with all that is told of them: the same few queries for one or hundred."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from fleet.models import Closure, Lane, Pack, PackQuarantine, Slot, SwapStation, Truck, TruckTenure


def trucks_told(trucks: QuerySet[Truck], *, now: datetime) -> QuerySet[Truck]:
    """Add model, region, who owns and runs each truck now (`tenures_now`), and its packs."""
    tenures = TruckTenure.objects.filter(during__contains=now).select_related("operator")
    return trucks.select_related("model__pack_type", "region").prefetch_related(
        Prefetch("tenures", tenures, to_attr="tenures_now"),
        Prefetch("packs", Pack.objects.order_by("position"), to_attr="packs_on_board"),
    )


def packs_told(packs: QuerySet[Pack]) -> QuerySet[Pack]:
    """Add type, owner, where each pack is, and the quarantine that stands (`apart`, or empty)."""
    standing = PackQuarantine.objects.filter(released_at=None)
    return packs.select_related("type", "owner", "slot__station", "truck").prefetch_related(
        Prefetch("quarantines", standing, to_attr="apart")
    )


def stations_told(stations: QuerySet[SwapStation], *, now: datetime) -> QuerySet[SwapStation]:
    """Add operator, region, tariff, and the closures that hold now (`closures_now`)."""
    rows = stations.select_related("operator", "region", "tariff")
    return rows.prefetch_related(_closures("closures", now))


def lanes_told(lanes: QuerySet[Lane], *, now: datetime) -> QuerySet[Lane]:
    """Add the station with the closures that hold now, and the pack types of each lane."""
    rows = lanes.select_related("station")
    return rows.prefetch_related("pack_types", _closures("station__closures", now))


def slots_told(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """Add the station, and the packs in each slot (one, or none)."""
    return slots.select_related("station").prefetch_related("packs")


def closures_of(row: Any) -> list[Closure]:
    """Return the closures that hold now of a lane, or of a station as a whole."""
    of_station = isinstance(row, SwapStation)
    station, lane_id = (row, None) if of_station else (row.station, row.pk)
    return [closure for closure in station.closures_now if closure.lane_id == lane_id]


def _closures(path: str, now: datetime) -> "Prefetch[Any]":
    holding = Closure.objects.filter(during__contains=now).order_by("during", "pk")
    return Prefetch(path, holding, to_attr="closures_now")
