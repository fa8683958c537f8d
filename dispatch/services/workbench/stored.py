"""Promises as a preview keeps them until they are committed: plain values, rows by their keys."""

from datetime import datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.services.promises.write import Promise
from fleet.models import Lane, SwapStation

_AS_THEY_ARE = (
    "region_id",
    "truck_id",
    "driver_id",
    "trip_id",
    "probability",
    "distance_m",
    "road_class",
    "detour_s",
    "least_detour_s",
    "soc_on_arrival_percent",
    "plan_run_id",
)
_INSTANTS = ("starts_at", "eta", "leave_by_at", "packs_ready_at")


def promise_to_row(promise: Promise) -> dict[str, Any]:
    """Return a promise as plain values."""
    instants = {name: getattr(promise, name) for name in _INSTANTS}
    return {
        **{name: getattr(promise, name) for name in _AS_THEY_ARE},
        **{name: at.isoformat() if at else None for name, at in instants.items()},
        "window": [promise.window.lower.isoformat(), promise.window.upper.isoformat()],
        "station_id": promise.station.pk,
        "lane_id": promise.lane.pk,
        "packs": [[pack, at.isoformat() if at else None] for pack, at in promise.packs],
        "why": promise.why,
    }


def promise_from_row(row: dict[str, Any]) -> Promise:
    """Return the promise that :func:`promise_to_row` kept.

    Raises
    ------
    SwapStation.DoesNotExist, Lane.DoesNotExist
        It is gone.
    """
    lower, upper = (datetime.fromisoformat(at) for at in row["window"])
    instants = {name: _instant(row[name]) for name in _INSTANTS}
    return Promise(
        **{name: row[name] for name in _AS_THEY_ARE},
        **instants,  # type: ignore[arg-type]  # only packs_ready_at may be None, there too
        window=DateTimeTZRange(lower, upper),
        station=SwapStation.objects.get(pk=row["station_id"]),
        lane=Lane.objects.get(pk=row["lane_id"]),
        packs=tuple((pack, _instant(at)) for pack, at in row["packs"]),
        why=row["why"],
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
