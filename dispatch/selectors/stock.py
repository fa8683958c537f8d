"""Packs at stations, counted: charged ones, and those that nobody is promised."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, QuerySet

from dispatch.models import ChargeWindow
from dispatch.selectors.charging import READY_FROM_PERCENT
from fleet.models import SwapStation

# A slot that is blocked or at fault hands nothing out; neither is a quarantined pack handed out.
CHARGED_BY_TYPE = """
SELECT b.station_id, p.type_id, count(*) AS packs,
       count(*) FILTER (WHERE NOT p.is_quarantined AND NOT b.is_blocked AND t.fault_code = ''
                          AND t.pack_code = p.code AND t.soc_percent >= %(ready_percent)s)
           AS charged
  FROM fleet_pack p
  JOIN fleet_slot b ON b.id = p.slot_id
  JOIN fleet_swapstation s ON s.id = b.station_id AND s.is_active
  LEFT JOIN telematics_slotstate t ON t.slot_id = b.id
 GROUP BY b.station_id, p.type_id
"""
# Promises ahead hold packs that are still on charge, too: those are not taken off twice.
FREE = """
SELECT k.station_id, s.name, s.name_zh, y.name, k.packs, k.charged,
       k.charged - coalesce(h.held, 0) AS free, lower(o.during) AS out_since
  FROM ({stock}) k
  JOIN fleet_swapstation s ON s.id = k.station_id
  JOIN fleet_packtype y ON y.id = k.type_id
  LEFT JOIN (SELECT b.station_id, p.type_id, count(*) AS held
               FROM dispatch_packhold d JOIN fleet_pack p ON p.id = d.pack_id
               JOIN fleet_slot b ON b.id = p.slot_id
               JOIN telematics_slotstate t ON t.slot_id = b.id AND t.pack_code = p.code
              WHERE d.is_live AND t.soc_percent >= %(ready_percent)s AND t.fault_code = ''
                AND NOT b.is_blocked AND NOT p.is_quarantined
              GROUP BY b.station_id, p.type_id) h
         ON h.station_id = k.station_id AND h.type_id = k.type_id
  LEFT JOIN dispatch_stockout o
         ON o.station_id = k.station_id AND o.pack_type_id = k.type_id AND upper_inf(o.during)
 WHERE k.charged - coalesce(h.held, 0) <= 0 AND k.station_id = ANY(%(stations)s)
 ORDER BY k.charged, out_since, k.packs DESC, k.station_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortStation:
    """A station none of whose charged packs of a type is free: none charged, or all promised."""

    station_id: int
    name: str
    name_zh: str
    pack_type: str
    packs: int
    charged: int
    out_since: datetime | None


def short_stations(stations: QuerySet[SwapStation]) -> list[ShortStation]:
    """Return where the next truck that nobody is promised yet would find no pack; worst first."""
    values: dict[str, Any] = {
        "stations": list(stations.order_by().values_list("pk", flat=True)),
        "ready_percent": READY_FROM_PERCENT,
    }
    with connection.cursor() as cursor:
        cursor.execute(FREE.format(stock=CHARGED_BY_TYPE), values)
        return [
            ShortStation(
                station_id=station_id,
                name=name,
                name_zh=name_zh,
                pack_type=pack_type,
                packs=packs,
                charged=charged,
                out_since=out_since,
            )
            for station_id, name, name_zh, pack_type, packs, charged, _free, out_since in cursor
        ]


def next_charged(station_ids: Iterable[int], *, now: datetime) -> dict[int, datetime]:
    """Return when the charge plan has the next pack of each station charged, as far as it says."""
    ahead = ChargeWindow.objects.filter(
        slot__station__in=list(station_ids), during__endswith__gt=now
    ).order_by()
    # A pack is full when its last window ends.
    ends = ahead.values("slot__station", "pack").annotate(ends_at=Max("during__endswith"))
    first: dict[int, datetime] = {}
    for row in ends:
        station = row["slot__station"]
        first[station] = min(first.get(station, row["ends_at"]), row["ends_at"])
    return first
