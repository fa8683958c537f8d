"""The SQL of the figures (docs/reference/summaries.md has each in words).

Every statement takes `start`, `end` (instants), `first`, `last` (days), `zone`, `who` (operator)
and `stations`, and gives rows of: day, truck, station (each NULL where it is not grouped by), then
values. `{mine}` is the condition that a row is the subject's; `{at}` is the row's own time.
"""

HELD_THEN = """EXISTS (SELECT FROM fleet_trucktenure t
    WHERE t.truck_id = a.truck_id AND t.role = 'carrier' AND t.operator_id = %(who)s
      AND t.during @> a.{at})"""
AT_STATIONS = "a.station_id = ANY(%(stations)s)"

ENDED = """
WITH a AS MATERIALIZED (
    SELECT a.state, a.truck_id, a.station_id, (a.ended_at AT TIME ZONE %(zone)s)::date AS day,
           CASE WHEN a.state = 'done'
                THEN extract(epoch FROM a.swapping_at - a.arrived_at)::float8 END AS wait_s
      FROM dispatch_swapassignment a
     WHERE a.ended_at >= %(start)s AND a.ended_at < %(end)s AND {mine})
SELECT day, truck_id, station_id,
       count(*) FILTER (WHERE state = 'done'), count(wait_s), coalesce(sum(wait_s), 0)::float8,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY wait_s)::float8,
       percentile_disc(0.9) WITHIN GROUP (ORDER BY wait_s)::float8, max(wait_s)::float8,
       count(*) FILTER (WHERE state = 'declined'), count(*) FILTER (WHERE state = 'expired'),
       count(*) FILTER (WHERE state IN ('cancelled', 'diverted', 'failed', 'no_show'))
  FROM a GROUP BY GROUPING SETS ((), (day), (truck_id), (station_id))
"""
PROMISES = """
SELECT day, truck_id, station_id, count(*) FILTER (WHERE is_kept),
       count(*) FILTER (WHERE NOT is_kept), count(*) FILTER (WHERE is_kept IS NULL)
  FROM (SELECT o.is_kept, a.truck_id, a.station_id, (o.ended_at AT TIME ZONE %(zone)s)::date AS day
          FROM dispatch_promiseoutcome o JOIN dispatch_swapassignment a ON a.id = o.assignment_id
         WHERE o.ended_at >= %(start)s AND o.ended_at < %(end)s AND {mine}) told
 GROUP BY GROUPING SETS ((), (day), (truck_id), (station_id))
"""
# A day a truck was held from midnight to midnight is its truck day; of a day on which it changed
# hands, each drive counts for who held the truck when the drive began.
DRIVEN = """
WITH held AS MATERIALIZED (
    SELECT truck_id, during FROM fleet_trucktenure
     WHERE role = 'carrier' AND operator_id = %(who)s AND during && tstzrange(%(start)s, %(end)s)),
driven AS (
    SELECT d.day, d.truck_id, d.distance_km, d.used_kwh
      FROM telematics_truckday d JOIN held h USING (truck_id)
     WHERE d.day BETWEEN %(first)s AND %(last)s
       AND h.during @> tstzrange(d.day::timestamp AT TIME ZONE %(zone)s,
                                 (d.day + 1)::timestamp AT TIME ZONE %(zone)s)
    UNION ALL
    SELECT d.day, d.truck_id, d.distance_km,
           d.used_percent / 100 * m.pack_positions * y.capacity_wh / 1000
      FROM telematics_truckdrive d JOIN held h ON h.truck_id = d.truck_id
      JOIN fleet_truck k ON k.id = d.truck_id JOIN fleet_truckmodel m ON m.id = k.model_id
      JOIN fleet_packtype y ON y.id = m.pack_type_id
     WHERE d.day IN (SELECT (edge AT TIME ZONE %(zone)s)::date FROM held h2,
                            unnest(ARRAY[lower(h2.during), upper(h2.during)]) edge
                      WHERE edge >= %(start)s AND edge < %(end)s)
       AND d.day BETWEEN %(first)s AND %(last)s AND h.during @> d.started_at
       AND NOT h.during @> tstzrange(d.day::timestamp AT TIME ZONE %(zone)s,
                                     (d.day + 1)::timestamp AT TIME ZONE %(zone)s))
SELECT day, truck_id, NULL, sum(distance_km), sum(used_kwh)
  FROM driven GROUP BY GROUPING SETS ((), (day), (truck_id))
"""
ALARMS = """
SELECT day, truck_id, station_id, count(*) FILTER (WHERE kind = 'stranded_risk'),
       count(*) FILTER (WHERE kind <> 'stranded_risk')
  FROM (SELECT a.kind, a.truck_id, a.station_id, (a.opened_at AT TIME ZONE %(zone)s)::date AS day
          FROM telematics_alarm a
         WHERE a.opened_at >= %(start)s AND a.opened_at < %(end)s AND {mine}) rung
 GROUP BY GROUPING SETS ((), (day), (truck_id), (station_id))
HAVING (GROUPING(truck_id) = 1 OR truck_id IS NOT NULL)
   AND (GROUPING(station_id) = 1 OR station_id IS NOT NULL)
"""
STOCK_OUTS = """
SELECT day, NULL, station_id, count(*) FILTER (WHERE began), sum(lasts_s)::float8
  FROM (SELECT a.station_id, d.day::date AS day,
               lower(a.during) >= d.begins_at AND lower(a.during) < d.ends_at AS began,
               extract(epoch FROM least(coalesce(upper(a.during), %(now)s), d.ends_at)
                                  - greatest(lower(a.during), d.begins_at)) AS lasts_s
          FROM dispatch_stockout a
          JOIN (SELECT day, day::date::timestamp AT TIME ZONE %(zone)s AS begins_at,
                       (day::date + 1)::timestamp AT TIME ZONE %(zone)s AS ends_at
                  FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') day) d
            ON lower(a.during) < d.ends_at
           AND coalesce(upper(a.during), %(now)s) > d.begins_at
         WHERE {mine}) lasted
 GROUP BY GROUPING SETS ((), (day), (station_id))
"""
# The tariff level of each quarter of an hour, by the local clock.
_LEVELS = """
level AS MATERIALIZED (
    SELECT p.tariff_id, g.at, p.level
      FROM generate_series(%(start)s, %(end)s - interval '1 minute', interval '15 minutes') g (at)
      CROSS JOIN LATERAL (SELECT g.at AT TIME ZONE %(zone)s AS clock) here
      JOIN fleet_tariffperiod p
        ON p.month = extract(month FROM clock) AND p.valid @> clock::date
       AND p.minutes @> (extract(hour FROM clock) * 60 + extract(minute FROM clock))::int)"""
CHARGED = f"""
WITH {_LEVELS}
SELECT day, NULL, station_id, level, sum(energy_wh)::float8, coalesce(sum(cost_cny), 0)::float8
  FROM (SELECT (a.starts_at AT TIME ZONE %(zone)s)::date AS day, a.station_id,
               coalesce(l.level, '') AS level, a.energy_wh, a.cost_cny
          FROM dispatch_stationquarter a JOIN fleet_swapstation s ON s.id = a.station_id
          LEFT JOIN level l ON l.tariff_id = s.tariff_id AND l.at = a.starts_at
         WHERE a.starts_at >= %(start)s AND a.starts_at < %(end)s
           AND a.station_id = ANY(%(stations)s)) charged
 GROUP BY GROUPING SETS ((level), (day, level), (station_id, level))
"""  # noqa: S608  constants of ours
# A fleet's share of what a station charged on a day is its share of the packs handed out there.
SHARED = f"""
WITH {_LEVELS},
handed AS (
    SELECT a.station_id, (a.ended_at AT TIME ZONE %(zone)s)::date AS day,
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
    SELECT (a.starts_at AT TIME ZONE %(zone)s)::date AS day, a.station_id,
           coalesce(l.level, '') AS level, sum(a.energy_wh) AS energy_wh,
           sum(a.cost_cny) AS cost_cny
      FROM dispatch_stationquarter a JOIN fleet_swapstation s ON s.id = a.station_id
      LEFT JOIN level l ON l.tariff_id = s.tariff_id AND l.at = a.starts_at
     WHERE a.starts_at >= %(start)s AND a.starts_at < %(end)s GROUP BY 1, 2, 3)
SELECT day, NULL, station_id, level, sum(energy_wh * share)::float8,
       coalesce(sum(cost_cny::float8 * share), 0)
  FROM charged JOIN handed USING (station_id, day) WHERE share > 0
 GROUP BY GROUPING SETS ((level), (day, level), (station_id, level))
"""  # noqa: S608  constants of ours
