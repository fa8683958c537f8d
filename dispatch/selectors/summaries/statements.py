"""The SQL of the figures (docs/reference/summaries.md has each in words).

Every statement takes `start`, `end` (instants), `midnights` (of every day, and the end), `first`,
`last` (days), `zone`, `who` (operator) and `stations`, and gives rows of: day (the number of the
day, from 1), truck, station (each NULL where it is not grouped by), then values. `{mine}` is the
condition that a row is the subject's; `{at}` is the row's own time; `{keys}`, `{sets}` and
`{having}` say by what it is grouped.
"""

from dataclasses import dataclass

KEYS = ("day", "truck_id", "station_id")

HELD_THEN = """EXISTS (SELECT FROM fleet_trucktenure t
    WHERE t.truck_id = a.truck_id AND t.role = 'carrier' AND t.operator_id = %(who)s
      AND t.during @> a.{at})"""
AT_STATIONS = "a.station_id = ANY(%(stations)s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement, the names of its values, and by what it can be grouped.

    With `level` each group is divided by tariff level, which comes before the values.
    """

    text: str
    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = KEYS
    at: str = "ended_at"
    level: bool = False

    def sql(self, *, is_fleet: bool, is_total: bool) -> str:
        """Return it for a fleet or stations; with `is_total` not by day, truck and station."""
        keys = () if is_total else self.keys
        more = ("level",) if self.level else ()
        rows = [f"({', '.join((*key, *more))})" for key in ((), *((key,) for key in keys))]
        ones = [f"(GROUPING({key}) = 1 OR {key} IS NOT NULL)" for key in keys if key != "day"]
        return self.text.format(
            mine=(HELD_THEN if is_fleet else AT_STATIONS).format(at=self.at),
            keys=", ".join(key if key in keys else "NULL" for key in KEYS),
            sets=f"GROUP BY GROUPING SETS ({', '.join(rows)})",
            having=f"HAVING {' AND '.join(ones)}" if ones else "",
        )


# Rows are put into days by the list of midnights: a time zone asked for each row costs more than
# all else. The outcome of a promise has the promise's own end.
ENDED = Statement(
    text="""
WITH a AS MATERIALIZED (
    SELECT a.state, a.truck_id, a.station_id,
           width_bucket(a.ended_at, %(midnights)s::timestamptz[]) AS day,
           o.id IS NOT NULL AS is_told, o.is_kept,
           CASE WHEN a.state = 'done'
                THEN extract(epoch FROM a.swapping_at - a.arrived_at)::float8 END AS wait_s
      FROM dispatch_swapassignment a LEFT JOIN dispatch_promiseoutcome o
        ON o.assignment_id = a.id AND o.ended_at >= %(start)s AND o.ended_at < %(end)s
     WHERE a.ended_at >= %(start)s AND a.ended_at < %(end)s AND {mine})
SELECT {keys},
       count(*) FILTER (WHERE state = 'done'), count(wait_s), coalesce(sum(wait_s), 0)::float8,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY wait_s)::float8,
       percentile_disc(0.9) WITHIN GROUP (ORDER BY wait_s)::float8, max(wait_s)::float8,
       count(*) FILTER (WHERE state = 'declined'), count(*) FILTER (WHERE state = 'expired'),
       count(*) FILTER (WHERE state IN ('cancelled', 'diverted', 'failed', 'no_show')),
       count(*) FILTER (WHERE is_kept), count(*) FILTER (WHERE NOT is_kept),
       count(*) FILTER (WHERE is_told AND is_kept IS NULL)
  FROM a {sets}
""",
    names=(
        *("swaps", "waits", "waits_s", "wait_p50_s", "wait_p90_s", "wait_longest_s"),
        *("declined", "expired", "broken_off", "kept", "missed", "withdrawn"),
    ),
)
# A day a truck was held from midnight to midnight is its truck day; of a day on which it changed
# hands, each drive counts for who held the truck when the drive began.
DRIVEN = Statement(
    text="""
WITH day AS MATERIALIZED (
    SELECT n, %(first)s::date + (n - 1)::int AS day,
           tstzrange(at, lead(at) OVER (ORDER BY n)) AS whole
      FROM unnest(%(midnights)s::timestamptz[]) WITH ORDINALITY AS midnight (at, n)),
held AS MATERIALIZED (
    SELECT truck_id, during FROM fleet_trucktenure
     WHERE role = 'carrier' AND operator_id = %(who)s AND during && tstzrange(%(start)s, %(end)s)),
driven AS (
    SELECT y.n AS day, d.truck_id, d.distance_km, d.used_kwh
      FROM telematics_truckday d JOIN held h USING (truck_id) JOIN day y ON y.day = d.day
     WHERE d.day BETWEEN %(first)s AND %(last)s AND h.during @> y.whole
    UNION ALL
    SELECT w.n, d.truck_id, d.distance_km,
           d.used_percent / 100 * m.pack_positions * y.capacity_wh / 1000
      FROM telematics_truckdrive d JOIN held h ON h.truck_id = d.truck_id
      JOIN day w ON w.day = d.day
      JOIN fleet_truck k ON k.id = d.truck_id JOIN fleet_truckmodel m ON m.id = k.model_id
      JOIN fleet_packtype y ON y.id = m.pack_type_id
     WHERE d.day IN (SELECT (edge AT TIME ZONE %(zone)s)::date FROM held h2,
                            unnest(ARRAY[lower(h2.during), upper(h2.during)]) edge
                      WHERE edge >= %(start)s AND edge < %(end)s)
       AND d.day BETWEEN %(first)s AND %(last)s AND h.during @> d.started_at
       AND NOT h.during @> w.whole)
SELECT {keys}, sum(distance_km), sum(used_kwh) FROM driven {sets}
""",
    names=("distance_km", "used_kwh"),
    keys=("day", "truck_id"),
)
ALARMS = Statement(
    text="""
SELECT {keys}, count(*) FILTER (WHERE kind = 'stranded_risk'),
       count(*) FILTER (WHERE kind <> 'stranded_risk')
  FROM (SELECT a.kind, a.truck_id, a.station_id,
               width_bucket(a.opened_at, %(midnights)s::timestamptz[]) AS day
          FROM telematics_alarm a
         WHERE a.opened_at >= %(start)s AND a.opened_at < %(end)s AND {mine}) rung
 {sets} {having}
""",
    names=("strandings", "alarms"),
    at="opened_at",
)
STOCK_OUTS = Statement(
    text="""
SELECT {keys}, count(*) FILTER (WHERE began), sum(lasts_s)::float8
  FROM (SELECT a.station_id, d.n AS day, lower(a.during) >= d.at AND lower(a.during) < d.until
                   AS began,
               extract(epoch FROM least(coalesce(upper(a.during), %(now)s), d.until)
                                  - greatest(lower(a.during), d.at)) AS lasts_s
          FROM dispatch_stockout a
          JOIN (SELECT n, at, lead(at) OVER (ORDER BY n) AS until
                  FROM unnest(%(midnights)s::timestamptz[]) WITH ORDINALITY AS x (at, n)) d
            ON lower(a.during) < d.until AND coalesce(upper(a.during), %(now)s) > d.at
         WHERE {mine} AND a.during && tstzrange(%(start)s, %(end)s)) lasted
 {sets}
""",
    names=("stock_outs", "stock_out_s"),
    keys=("day", "station_id"),
)
