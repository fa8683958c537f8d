"""What is blocked at stations, and which stations have no free pack left."""

from datetime import datetime
from typing import Any

from django.db.models import Count, F, QuerySet, Window
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from dispatch.selectors.attention.needs import WORST, Group, Item, Part
from dispatch.selectors.block_reasons import said
from dispatch.selectors.stock import next_charged, short_stations
from fleet.models import Closure, Slot, SwapStation
from fleet.models.named import local_name
from telematics.models import LaneState


def blocked_group(stations: QuerySet[SwapStation], *, now: datetime) -> Group:
    """Return closures in force, lanes at fault and blocked slots; three queries."""
    closures = Closure.objects.filter(station__in=stations.values("pk"), during__contains=now)
    faults = LaneState.objects.filter(lane__station__in=stations.values("pk"), state="fault")
    slots = Slot.objects.filter(station__in=stations.values("pk"), is_blocked=True)
    closed = _counted(closures.select_related("station", "lane__station"), "during")
    faulty = _counted(faults.select_related("lane__station"), "recorded_at")
    blocked = _counted(slots.select_related("station"), "station__name", "number")
    counts = {"closures": closed, "lanes": faulty, "slots": blocked}
    parts = tuple(Part(code=code, count=rows[0].in_all) for code, rows in counts.items() if rows)
    items = [
        *(_closure(one) for one in closed),
        *(
            Item(
                subject=str(one.lane),
                detail=one.fault_code or gettext("lane fault"),
                target=("board", one.lane.station_id),
            )
            for one in faulty
        ),
        *(
            Item(
                subject=str(one),
                detail=said(one.block_reason) or gettext("blocked"),
                target=("board", one.station_id),
                since=one.blocked_at,
            )
            for one in blocked
        ),
    ]
    return Group(
        code="blocked",
        count=sum(part.count for part in parts),
        parts=parts,
        worst=tuple(items[:WORST]),
    )


def _counted(rows: QuerySet[Any], *order: str) -> list[Any]:
    """Return the first few rows, each with how many there are in all."""
    counted = rows.annotate(in_all=Window(Count("pk"))).order_by(*(F(name) for name in order))
    return list(counted[:WORST])


def _closure(closure: Closure) -> Item:
    return Item(
        subject=str(closure.lane or closure.station),
        detail=said(closure.reason),
        target=("board", closure.station_id),
        since=closure.during.lower,
        is_danger=closure.lane_id is None,
    )


def stock_group(stations: QuerySet[SwapStation], *, now: datetime) -> Group:
    """Return stations without a free charged pack; two queries."""
    short = short_stations(stations)
    out = [one for one in short if not one.charged]
    named = short[:WORST]
    ready = next_charged([one.station_id for one in named], now=now) if named else {}
    items = []
    for one in named:
        words = [
            gettext("none of %(packs)d packs charged") % {"packs": one.packs}
            if not one.charged
            else ngettext(
                "%(count)d charged, promised", "%(count)d charged, all promised", one.charged
            )
            % {"count": one.charged},
        ]
        if at := ready.get(one.station_id):
            words.append(gettext("next at %(at)s") % {"at": f"{localtime(at):%H:%M}"})
        items.append(
            Item(
                subject=local_name(one.name, one.name_zh),
                detail=" · ".join(words),
                target=("board", one.station_id),
                since=one.out_since,
                is_danger=not one.charged,
            )
        )
    codes = (("out", out), ("promised", [one for one in short if one.charged]))
    return Group(
        code="stock",
        count=len({one.station_id for one in short}),
        is_danger=bool(out),
        parts=tuple(
            Part(
                code=code,
                count=len({one.station_id for one in rows}),
                value=tuple(sorted({one.station_id for one in rows})),
            )
            for code, rows in codes
            if rows
        ),
        worst=tuple(items),
    )
