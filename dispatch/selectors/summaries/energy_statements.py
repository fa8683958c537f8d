"""The SQL of what was charged: at stations, and a fleet's share of it."""

from dispatch.selectors.summaries.statements import Statement

# The tariff level of each quarter of an hour, by the local clock.
_LEVELS = """
clock AS MATERIALIZED (
    SELECT at, at_clock::date AS day, extract(month FROM at_clock)::int AS month,
           (extract(hour FROM at_clock) * 60 + extract(minute FROM at_clock))::int AS minute
      FROM generate_series(%(start)s, %(end)s - interval '1 minute', interval '15 minutes') g (at)
      CROSS JOIN LATERAL (SELECT g.at AT TIME ZONE %(zone)s AS at_clock) here),
level AS MATERIALIZED (
    SELECT p.tariff_id, c.at, p.level FROM clock c JOIN fleet_tariffperiod p
        ON p.month = c.month AND p.valid @> c.day AND p.minutes @> c.minute)"""
CHARGED = Statement(
    text=f"""
WITH {_LEVELS}
SELECT {{keys}}, level, sum(energy_wh)::float8, coalesce(sum(cost_cny), 0)::float8
  FROM (SELECT width_bucket(a.starts_at, %(midnights)s::timestamptz[]) AS day, a.station_id,
               coalesce(l.level, '') AS level, a.energy_wh, a.cost_cny
          FROM dispatch_stationquarter a JOIN fleet_swapstation s ON s.id = a.station_id
          LEFT JOIN level l ON l.tariff_id = s.tariff_id AND l.at = a.starts_at
         WHERE a.starts_at >= %(start)s AND a.starts_at < %(end)s AND {{mine}}) charged
 {{sets}}
""",  # noqa: S608  constants of ours
    keys=("day", "station_id"),
    level=True,
)
# A fleet's share of what a station charged on a day is its share of the packs handed out there.
SHARED = Statement(
    text=f"""
WITH {_LEVELS},
handed AS (
    SELECT a.station_id, width_bucket(a.ended_at, %(midnights)s::timestamptz[]) AS day,
           coalesce(sum(m.pack_positions) FILTER (WHERE t.id IS NOT NULL), 0)::float8
               / sum(m.pack_positions) AS share
      FROM dispatch_swapassignment a JOIN fleet_truck k ON k.id = a.truck_id
      JOIN fleet_truckmodel m ON m.id = k.model_id
      LEFT JOIN fleet_trucktenure t
        ON t.truck_id = a.truck_id AND t.role = 'carrier' AND t.operator_id = %(who)s
       AND t.during @> a.ended_at
     WHERE a.state = 'done' AND a.ended_at >= %(start)s AND a.ended_at < %(end)s
     GROUP BY 1, 2),
charged AS (
    SELECT width_bucket(a.starts_at, %(midnights)s::timestamptz[]) AS day, a.station_id,
           coalesce(l.level, '') AS level, sum(a.energy_wh) AS energy_wh,
           sum(a.cost_cny) AS cost_cny
      FROM dispatch_stationquarter a JOIN fleet_swapstation s ON s.id = a.station_id
      LEFT JOIN level l ON l.tariff_id = s.tariff_id AND l.at = a.starts_at
     WHERE a.starts_at >= %(start)s AND a.starts_at < %(end)s GROUP BY 1, 2, 3)
SELECT {{keys}}, level, sum(energy_wh * share)::float8,
       coalesce(sum(cost_cny::float8 * share), 0)
  FROM charged JOIN handed USING (station_id, day) WHERE share > 0
 {{sets}}
""",  # noqa: S608  constants of ours
    keys=("day", "station_id"),
    level=True,
)
