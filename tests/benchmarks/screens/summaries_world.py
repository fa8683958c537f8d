"""Two months of a carrier with 1,000 trucks among 2,000, and 60 stations: rows made in PostgreSQL.

Three promises a truck and day, nine of ten swapped; a truck day each; four quarters of five
charge; alarms and stock-outs here and there.
"""

from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from dispatch.management.scenario.sites import make_tariff
from fleet.models import Operator, SwapStation, Truck, TruckTenure
from tests.builders import make_operator, make_region, make_station, make_truck_model, since

TRUCKS, STATIONS = 2_000, 60
FIRST, DAYS = date(2026, 9, 1), 61
SINCE = datetime(2026, 8, 31, 16, tzinfo=UTC)
PROMISES = """
INSERT INTO dispatch_swapassignment (region_id, truck_id, station_id, lane_id, state, version,
    "window", occupies, eta, leave_by_at, distance_m, soc_on_arrival_percent, probability,
    road_class, why, options, decided_on, check_in_code, is_pinned, offered_at,
    offer_expires_at, answered_at, arrived_at, swapping_at, ended_at, end_reason)
SELECT t.region_id, t.id, s.station_id, s.id,
       CASE WHEN n %% 10 < 9 THEN 'done' ELSE 'declined' END, 5,
       tstzrange(at, at + interval '20 min'), tstzrange(at, at + interval '5 min'), at, at, 9000,
       25, 0.9, '', '{}', '[]', '{}', '000000', false, at - interval '1 h', at, at, at,
       at + make_interval(secs => (t.id * 7 + n * 13 + d * 31) %% 1500),
       at + interval '30 min', 'swapped'
  FROM fleet_truck t
  CROSS JOIN generate_series(0, %(days)s - 1) d CROSS JOIN generate_series(0, 2) n
  CROSS JOIN LATERAL (SELECT %(since)s + make_interval(days => d, hours => n * 8,
                             secs => (t.id * 37 + d * 101) %% 28000)) moment (at)
  JOIN (SELECT id, station_id, row_number() OVER (ORDER BY id) - 1 AS number FROM fleet_lane) s
    ON s.number = (t.id * 3 + n + d) %% %(stations)s
"""
OUTCOMES = """
INSERT INTO dispatch_promiseoutcome (assignment_id, region_id, station_id, ended_at, "window",
    probability, is_kept, road_class, way_s)
SELECT id, region_id, station_id, ended_at, "window", 0.9, id %% 20 > 0, '', 900
  FROM dispatch_swapassignment WHERE state = 'done'
"""
TRUCK_DAYS = """
INSERT INTO telematics_truckday (truck_id, day, reports, late, missing, silent_s,
    completeness_percent, distance_km, used_percent, swapped_percent, charged_percent, used_kwh,
    swaps, drives, stops, moving_s, stopped_s, unseen_s, computed_at)
SELECT t.id, %(first)s::date + d, 2000, 3, 0, 0, 100, 300 + (t.id + d) %% 90, 200, 190, 0,
       480 + (t.id * d) %% 90, 3, 12, 12, 40000, 46400, 0, now()
  FROM fleet_truck t CROSS JOIN generate_series(0, %(days)s - 1) d
"""
DRIVES = """
INSERT INTO telematics_truckdrive (truck_id, day, started_at, ended_at, latitude_deg,
    longitude_deg, start_percent, end_percent, unseen_s, end_latitude_deg, end_longitude_deg,
    distance_km, used_percent)
SELECT t.id, %(first)s::date + d, %(since)s + make_interval(days => d, hours => n * 2),
       %(since)s + make_interval(days => d, hours => n * 2 + 1), 39, 118, 80, 60, 0, 39, 118, 30, 17
  FROM fleet_truck t CROSS JOIN generate_series(0, %(days)s - 1) d
  CROSS JOIN generate_series(0, 11) n
"""
QUARTERS = """
INSERT INTO dispatch_stationquarter (station_id, starts_at, energy_wh, cost_cny)
SELECT s.id, %(since)s + interval '15 min' * q, 200000 + q %% 90000, 130
  FROM fleet_swapstation s CROSS JOIN generate_series(0, %(days)s * 96 - 1) q WHERE q %% 5 > 0
"""
ALARMS = """
INSERT INTO telematics_alarm (kind, level, truck_id, detail, opened_at, closed_at)
SELECT CASE WHEN d %% 9 = 0 THEN 'stranded_risk' ELSE 'vehicle' END, 1, t.id, '',
       %(since)s + make_interval(days => d, hours => t.id::int %% 24),
       %(since)s + make_interval(days => d, hours => t.id::int %% 24 + 1)
  FROM fleet_truck t CROSS JOIN generate_series(0, %(days)s - 1) d WHERE (t.id + d) %% 4 = 0
"""
STOCK_OUTS = """
INSERT INTO dispatch_stockout (station_id, pack_type_id, during)
SELECT s.id, y.id, tstzrange(%(since)s + make_interval(days => d, hours => 7),
                             %(since)s + make_interval(days => d, hours => 9))
  FROM fleet_swapstation s CROSS JOIN generate_series(0, %(days)s - 1) d
  CROSS JOIN (SELECT min(id) AS id FROM fleet_packtype) y
"""


def make_world() -> tuple[Operator, Operator]:
    """Return the carrier of 1,000 trucks and the operator of the stations."""
    region, model = make_region(), make_truck_model()
    carriers = [make_operator(), make_operator()]
    group = make_operator(Operator.Kind.STATION_OPERATOR)
    tariff = make_tariff()
    for _ in range(STATIONS):
        make_station(group, region, slots=0, tariff=tariff)
    trucks = Truck.objects.bulk_create(
        Truck(vin=f"LZ0TESTTRC{n:07d}", plate=f"冀B{n:05d}D", model=model, region=region)
        for n in range(TRUCKS)
    )
    TruckTenure.objects.bulk_create(
        TruckTenure(truck=truck, role="carrier", operator=carriers[at % 2], during=since())
        for at, truck in enumerate(trucks)
    )
    values: dict[str, Any] = {"since": SINCE, "first": FIRST, "days": DAYS, "stations": STATIONS}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no history of what is made up
        for made in (PROMISES, OUTCOMES, TRUCK_DAYS, DRIVES, QUARTERS, ALARMS, STOCK_OUTS):
            cursor.execute(made, values)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")
    assert SwapStation.objects.count() >= STATIONS
    return carriers[0], group
