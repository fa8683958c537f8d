"""The plan workbench's picture as plain values: lanes, promises that stand, swaps proposed."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from dispatch.selectors.workbench import Bench, closed_times
from fleet.models import Region

FIXED = {"swapping"}


def picture(bench: Bench, region: Region, *, steered: Collection[int]) -> dict[str, Any]:
    """Return what the page draws; only `steered` trucks can be moved."""
    standing = {row.truck_id: row for row in bench.standing}
    return {
        "now": _ms(bench.now),
        "rate": settings.CLOCK_RATE,
        "zone": settings.TIME_ZONE,
        "stations": _stations(bench, region),
        "standing": [
            {
                "truck": row.truck_id if row.truck_id in bench.plates else None,
                "plate": bench.plates.get(row.truck_id, ""),
                "lane": row.lane_id,
                "from": _ms(row.occupies.lower),
                "to": _ms(row.occupies.upper),
                "state": row.state if row.truck_id in bench.plates else "",
                "pinned": row.is_pinned and row.truck_id in bench.plates,
                "may": row.truck_id in steered and row.state not in FIXED,
            }
            for row in bench.standing
        ],
        "proposed": [
            {
                "truck": truck_id,
                "plate": bench.plates[truck_id],
                "lane": spot.lane_id,
                "from": _ms(spot.at),
                "to": _ms(spot.until),
                "mine": is_mine,
                "moved": truck_id in standing and standing[truck_id].lane_id != spot.lane_id,
                "may": truck_id in steered,
            }
            for truck_id, spot, is_mine in bench.proposed
            if truck_id in bench.plates
        ],
        "words": _words(),
    }


def _stations(bench: Bench, region: Region) -> list[dict[str, Any]]:
    closed = closed_times(region, now=bench.now)
    return [
        {
            "id": station.pk,
            "name": str(station),
            "lanes": [
                {
                    "id": lane.pk,
                    "number": lane.number,
                    "closed": [
                        [_ms(during.lower), _ms(during.upper)]
                        for lane_id, station_id, during in closed
                        if lane_id in {None, lane.pk} and station_id == station.pk
                    ],
                }
                for lane in sorted(station.lanes.all(), key=lambda lane: lane.number)
            ],
        }
        for station in bench.stations
    ]


def _ms(at: datetime | None) -> int | None:
    return round(at.timestamp() * 1000) if at else None


def _words() -> dict[str, str]:
    return {
        "lane": _("lane"),
        "promised": _("promised"),
        "proposed": _("proposed"),
        "pinned": _("pinned"),
        "taken": _("taken by another truck"),
        "closed": _("closed"),
        "now": _("now"),
        "move": _("Arrow keys move it, Enter places it, Escape leaves it."),
        "cut": _("The service does not answer: what you see may be old."),
    }
