"""Fifty million reports made inside PostgreSQL, laid down in the order of life.

3,000 of 10,000 trucks are on the road at a time, others each day: those report every 30 s and are
swapped twice a day, the parked ones every ten minutes. Half of the trucks are of a kind that does
not send all values, which costs a row eight bytes more. Rows come tick by tick, the trucks of a
tick in another order each time, so heap and key fill as they do in service.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import psycopg

REPORTS = "telematics_truckreport"
LAST_DAY = date(2026, 11, 20)
TICK_S, PARKED_S = 30, 600
TICKS_A_DAY = 86_400 // TICK_S


@dataclass(frozen=True, slots=True)
class Size:
    """How many reports of how many trucks: fewer trucks, not fewer days, where fewer reports."""

    rows: int

    @property
    def trucks(self) -> int:
        """Return how many trucks there are: 10,000 for fifty million reports."""
        return max(100, min(10_000, self.rows // 5_000))

    @property
    def on_the_road(self) -> int:
        """Return how many of them are on the road at a time."""
        return self.trucks * 3 // 10

    @property
    def rows_a_day(self) -> int:
        """Return how many reports a day has."""
        parked = self.trucks - self.on_the_road
        return self.on_the_road * TICKS_A_DAY + parked * 86_400 // PARKED_S

    def is_on_the_road(self, number: int, day: date) -> bool:
        """Say whether a truck is on the road on a day; as the statement below has it."""
        turn = day.toordinal() % 10 * self.on_the_road
        return (number + turn) % self.trucks < self.on_the_road


# `phase` spreads the trucks over the tick; `active` is whether the truck is on the road that day.
# A truck drives three hours of four: at 60 km/h it uses 0.9 % in a kilometre's minute and a half.
LOAD = """
INSERT INTO {table} (recorded_at, received_at, seq, truck_id, boot_no, pack_set_id, latitude_e7,
    longitude_e7, odometer_10m, speed_tenths, heading_tenths, altitude_m, soc_hundredths,
    pack_temperature_tenths, ambient_temperature_tenths, gross_mass_10kg, cell_spread_mv,
    insulation_kohm, alarm_level, marks, source)
SELECT at, at + interval '1.2 s', (extract(epoch FROM at)::bigint - 1700000000) / 30,
       truck, truck, truck * 2 + (day_s / 43200),
       390000000 + truck * 100 + moved * 13, 1180000000 + moved * 7,
       truck * 1000 + day_no * 90000 + moved * 50,
       CASE WHEN moving THEN 600 + truck % 60 ELSE 0 END,
       (tick * 7 + truck) % 3600, 120 + truck % 50, 9500 - (moved * 45 / 10) % 7500,
       300 + (tick + truck) % 40, 150,
       CASE WHEN (tick / 240 + truck) % 2 = 0 THEN 4900 ELSE 1900 END,
       CASE WHEN truck % 2 = 0 THEN 20 + truck % 30 END,
       CASE WHEN truck % 2 = 0 THEN 5000 + truck % 500 END, 0, 0, 0
  FROM generate_series({first_tick}, {last_tick}) AS tick,
       LATERAL (SELECT tick * {tick_s} AS day_s, tick / 480 AS hours4, tick % 480 AS in4) t,
       LATERAL (SELECT n AS truck, {day_no} AS day_no,
                       (n + {day_no} * {on_the_road}) % {trucks} < {on_the_road} AS active
                  FROM generate_series({first_truck}, {first_truck} + {trucks} - 1) n
                 WHERE ((n + {day_no} * {on_the_road}) % {trucks} < {on_the_road}
                        OR (n + tick) % ({parked_s} / {tick_s}) = 0)
                 ORDER BY hashint4(n + tick * 7919)) w,
       LATERAL (SELECT active AND in4 < 360 AS moving,
                       CASE WHEN active THEN hours4 * 360 + least(in4, 360) ELSE 0 END AS moved,
                       timestamptz '{day}'
                       + make_interval(secs => day_s + truck % 29 + 0.137) AS at) v
"""


def days_of(size: Size, *, last: date) -> list[tuple[date, int]]:
    """Return the days (UTC) that hold so many reports, and how many ticks each has."""
    whole, rest = divmod(size.rows, size.rows_a_day)
    partial = max(1, rest * TICKS_A_DAY // size.rows_a_day)
    counts = [TICKS_A_DAY] * whole + [partial]
    return [(last - timedelta(days=n), count) for n, count in enumerate(counts)]


def load_day(url: str, day: date, *, size: Size, ticks: int, first_truck: int) -> float:
    """Lay down a day's partition in one transaction; return seconds by the server's clock."""
    name = f"{REPORTS}_d{day:%Y%m%d}"
    start = datetime.combine(day, time(), tzinfo=UTC)
    end = start + timedelta(days=1)
    statement = LOAD.format(
        table=name,
        first_tick=0,
        last_tick=ticks - 1,
        tick_s=TICK_S,
        parked_s=PARKED_S,
        trucks=size.trucks,
        on_the_road=size.on_the_road,
        first_truck=first_truck,
        day_no=day.toordinal() % 10,
        day=start.isoformat(),
    )
    with psycopg.connect(url) as line:
        line.execute("SET jit = off")
        began = line.execute("SELECT clock_timestamp()").fetchone()
        line.execute(f"CREATE TABLE {name} (LIKE {REPORTS} INCLUDING ALL)".encode())
        line.execute(statement.encode())
        line.execute(
            f"ALTER TABLE {REPORTS} ATTACH PARTITION {name} FOR VALUES"
            f" FROM ('{start.isoformat()}') TO ('{end.isoformat()}')".encode()
        )
        ended = line.execute("SELECT clock_timestamp()").fetchone()
    assert began is not None
    assert ended is not None
    seconds: float = (ended[0] - began[0]).total_seconds()
    return seconds
