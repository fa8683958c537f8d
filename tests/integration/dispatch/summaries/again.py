"""The figures once more, each by a plain statement of its own, as docs/reference/summaries.md says.

Nothing here is shared with the product: one figure, one period, one statement or one loop.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from django.db import connection

from tests.integration.dispatch.summaries.month import LEVELS, ZONE, Month

DAY = "({at} AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %s AND %s"
HELD = """JOIN fleet_trucktenure t ON t.truck_id = a.truck_id AND t.role = 'carrier'
    AND t.operator_id = %s AND lower(t.during) <= {at}
    AND (upper(t.during) IS NULL OR {at} < upper(t.during))"""
THERE = "JOIN fleet_swapstation s ON s.id = a.station_id AND s.id = ANY(%s)"


def ask(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


class Again:
    """Figures of a fleet (`carrier`) or of stations (`stations`) from one day to another."""

    def __init__(
        self, first: date, last: date, *, carrier: int = 0, stations: list[int] | None = None
    ) -> None:
        self.span = (first, last)
        self.carrier, self.stations = carrier, stations or []
        self.shares: dict[tuple[int, date], float] = {}

    def rows(self, what: str, table: str, at: str, where: str = "true") -> list[Any]:
        whose = HELD.format(at=at) if self.carrier else THERE
        sql = f"SELECT {what} FROM {table} {whose} WHERE {DAY.format(at=at)} AND {where}"
        return ask(sql, self.carrier or self.stations, *self.span)

    def count(self, table: str, at: str, where: str) -> int:
        return int(self.rows("count(*)", table, at, where)[0][0])

    def figures(self) -> dict[str, Any]:
        ended = ("dispatch_swapassignment a", "a.ended_at")
        both = "dispatch_swapassignment a JOIN dispatch_promiseoutcome o ON o.assignment_id = a.id"
        told = (both, "o.ended_at")
        rung = ("telematics_alarm a", "a.opened_at")
        done = "a.state = 'done' AND a.arrived_at IS NOT NULL AND a.swapping_at IS NOT NULL"
        wait = "extract(epoch FROM a.swapping_at) - extract(epoch FROM a.arrived_at)"
        waits = sorted(float(row[0]) for row in self.rows(wait, *ended, done))
        return {
            "swaps": self.count(*ended, "a.state = 'done'"),
            "waits": len(waits),
            "waits_s": sum(waits),
            "wait_p50_s": waits[ceil(0.5 * len(waits)) - 1] if waits else None,
            "wait_p90_s": waits[ceil(0.9 * len(waits)) - 1] if waits else None,
            "wait_longest_s": waits[-1] if waits else None,
            "declined": self.count(*ended, "a.state = 'declined'"),
            "expired": self.count(*ended, "a.state = 'expired'"),
            "broken_off": self.count(
                *ended, "a.state NOT IN ('done', 'declined', 'expired') AND a.ended_at IS NOT NULL"
            ),
            "kept": self.count(*told, "o.is_kept = true"),
            "missed": self.count(*told, "o.is_kept = false"),
            "withdrawn": self.count(*told, "o.is_kept IS NULL"),
            "strandings": self.count(*rung, "a.kind = 'stranded_risk'"),
            "alarms": self.count(*rung, "a.kind <> 'stranded_risk'"),
        }

    def driven(self) -> tuple[float, float]:
        """Return km and kWh: whole days by the truck day, others drive by drive."""
        km = kwh = 0.0
        held = ask("SELECT truck_id, lower(during), upper(during) FROM fleet_trucktenure"
                   " WHERE role = 'carrier' AND operator_id = %s", self.carrier)  # fmt: skip
        first, last = self.span
        days = {
            (truck, day): (distance_km, used_kwh)
            for truck, day, distance_km, used_kwh in ask(
                "SELECT truck_id, day, distance_km, used_kwh FROM telematics_truckday"
            )
        }
        for truck, since, until in held:
            for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
                begins = datetime(day.year, day.month, day.day, tzinfo=ZONE)
                ends = begins + timedelta(days=1)
                if since <= begins and (until is None or ends <= until):
                    rows = [days.get((truck, day), (0.0, 0.0))]
                else:
                    rows = ask(
                        "SELECT d.distance_km, d.used_percent * 0.01 * 282.0 * m.pack_positions"
                        " FROM telematics_truckdrive d, fleet_truck k, fleet_truckmodel m"
                        " WHERE k.id = d.truck_id AND m.id = k.model_id AND d.truck_id = %s"
                        " AND d.day = %s AND d.started_at >= %s AND d.started_at < %s",
                        truck, day, since, until or ends,
                    )  # fmt: skip
                km += sum(row[0] for row in rows)
                kwh += sum(row[1] for row in rows)
        return km, kwh

    def charged(self, month: Month) -> dict[str, tuple[float, float]]:
        """Return Wh and CNY by level; of a fleet its share by packs, station by station and day."""
        found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for station in month.stations:
            if not self.carrier and station.pk not in self.stations:
                continue
            quarters = ask("SELECT starts_at, energy_wh, cost_cny FROM dispatch_stationquarter"
                           " WHERE station_id = %s", station.pk)  # fmt: skip
            for at, energy_wh, cost_cny in quarters:
                local = at.astimezone(ZONE)
                if not self.span[0] <= local.date() <= self.span[1]:
                    continue
                share = self._share(station.pk, local.date()) if self.carrier else 1.0
                if share:
                    level = self._level(local, has_tariff=station in month.stations[:2])
                    found[level][0] += energy_wh * share
                    found[level][1] += float(cost_cny or 0) * share
        return {level: (wh, cny) for level, (wh, cny) in found.items()}

    def _level(self, at: datetime, *, has_tariff: bool) -> str:
        minute = at.hour * 60 + at.minute
        if not has_tariff or at.date() < date(2026, 10, 3) or at.month != 10:
            return ""
        return next((name for name, since, until, _ in LEVELS if since <= minute < until), "")

    def _share(self, station: int, day: date) -> float:
        if (station, day) not in self.shares:
            self.shares[station, day] = self._share_anew(station, day)
        return self.shares[station, day]

    def _share_anew(self, station: int, day: date) -> float:
        packs = """SELECT coalesce(sum(m.pack_positions), 0) FROM dispatch_swapassignment a {whose}
            JOIN fleet_truck k ON k.id = a.truck_id JOIN fleet_truckmodel m ON m.id = k.model_id
            WHERE a.state = 'done' AND a.station_id = %s
              AND (a.ended_at AT TIME ZONE 'Asia/Shanghai')::date = %s"""
        whole = ask(packs.format(whose=""), station, day)[0][0]
        held = packs.format(whose=HELD.format(at="a.ended_at"))
        return ask(held, self.carrier, station, day)[0][0] / whole if whole else 0.0

    def stock_outs(self, now: datetime) -> tuple[int, float]:
        """Return how many began, and the seconds they lasted in the period."""
        first, last = self.span
        start = datetime(first.year, first.month, first.day, tzinfo=ZONE)
        end = datetime(last.year, last.month, last.day, tzinfo=ZONE) + timedelta(days=1)
        began, lasted_s = 0, 0.0
        for since, until in ask(
            "SELECT lower(during), upper(during) FROM dispatch_stockout"
            " WHERE station_id = ANY(%s)", self.stations,
        ):  # fmt: skip
            began += start <= since < end
            overlap = min(until or now, end) - max(since, start)
            lasted_s += max(0.0, overlap.total_seconds())
        return began, lasted_s
