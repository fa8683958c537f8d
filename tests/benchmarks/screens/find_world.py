"""A registry of many objects, made inside PostgreSQL, and what people type to find one of them."""

import random
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.db import connection

from fleet.models import Driver, Lane, Operator, Pack, SwapStation, Truck, User
from telematics.models import Device
from tests.builders import (
    NOW,
    make_assignment,
    make_operator,
    make_place,
    make_region,
    make_truck_model,
    make_user,
)

TOWNS = [
    *("曹妃甸", "迁安", "滦州", "丰润", "丰南", "乐亭", "遵化", "玉田", "京唐港", "古冶"),
    *("开平", "海港", "昌黎", "卢龙", "青龙", "抚宁", "黄骅", "任丘", "沧县", "泊头"),
]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华文斌波辉建国志海东晓燕红梅玉兰春光山成"
    "龙云飞浩宇子轩雨泽"
)
LIVE_SWAPS = 1_000


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each."""

    trucks: int
    packs: int
    stations: int
    drivers: int
    devices: int
    trips: int
    places: int = 400

    @property
    def objects(self) -> int:
        """Return how many there are in all."""
        return sum(getattr(self, field.name) for field in fields(self))


UA1 = Size(10_000, 20_000, 200, 12_000, 10_200, 40_000)
MILLION = Size(150_000, 450_000, 2_000, 120_000, 152_000, 125_600)

# Thrown digits, of each kind apart; the few rows that repeat a code are left out.
THROWN = "((('x' || substr(md5(n || '{name}'), 1, 15))::bit(60)::bigint) % 1{zeros})"
LOAD = [
    """INSERT INTO fleet_truck (vin, plate, model_id, region_id, reserve_percent, is_active)
       SELECT 'LZZ' || chr(65 + n % 8) || 'B2D4X' || 'RW' || lpad({vin}::text, 6, '0'),
              (ARRAY['冀','晋','蒙','鲁'])[1 + n / 90000] || chr(65 + n / 12 % 8)
              || lpad({plate}::text, 5, '0') || (ARRAY['D','F'])[1 + n % 2],
              {model}, {region}, 15, n % 50 <> 0
         FROM generate_series(1, {trucks}) n ON CONFLICT DO NOTHING""",
    """INSERT INTO fleet_trucktenure (truck_id, role, operator_id, during)
       SELECT id, role, {carrier}, tstzrange('2026-01-01', NULL)
         FROM fleet_truck, unnest(ARRAY['owner', 'carrier']) role""",
    """INSERT INTO fleet_pack (code, type_id, owner_id, soh_percent, is_quarantined, whereabouts,
              moved_at, move_reason)
       SELECT 'YZPPB' || lpad((n % 7)::text, 2, '0') || '0000000' || chr(65 + n % 6) || 'A'
              || (n % 9 + 1) || lpad({pack}::text, 7, '0'),
              {pack_type}, {carrier}, 97, false,
              CASE WHEN n % 40 = 0 THEN 'retired' ELSE 'transport' END, now(), 'made'
         FROM generate_series(1, {packs}) n ON CONFLICT (code) DO NOTHING""",
    """INSERT INTO telematics_device (kind, serial, truck_id, datum, is_active, requires_signature)
       SELECT 'obu', 'OBU-' || lpad({serial}::text, 8, '0'), t.id, 'wgs84', true, false
         FROM (SELECT id, row_number() OVER () AS n FROM fleet_truck) t
        LIMIT {devices} ON CONFLICT DO NOTHING""",
    """INSERT INTO dispatch_trip (carrier_id, external_id, truck_id, origin_id, destination_id,
              load_kg, ready_at, dwell_s, state, cancel_reason)
       SELECT {carrier}, 'XY2611-' || lpad({order}::text, 7, '0'), NULL, {origin}, {destination},
              31000, now(), 1800, 'done', ''
         FROM generate_series(1, {trips}) n ON CONFLICT DO NOTHING""",
]


def make_world(size: Size) -> tuple[User, User]:
    """Make it all; return a superuser and the manager of the carrier that holds everything."""
    region, model = make_region(), make_truck_model()
    carrier = make_operator()
    ends = [make_place(region) for _ in range(2)]
    names: dict[str, Any] = {field.name: getattr(size, field.name) for field in fields(size)}
    names |= {name: THROWN.format(name=name, zeros="0" * n) for name, n in DIGITS.items()}
    names |= {"model": model.pk, "region": region.pk, "carrier": carrier.pk}
    names |= {"pack_type": model.pack_type_id, "origin": ends[0].pk, "destination": ends[1].pk}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no history of made-up rows
        for statement in LOAD:
            cursor.execute(statement.format(**names))
        _people_and_sites(size, carrier, region.pk)
        cursor.execute("SET session_replication_role = DEFAULT")
        _swaps()
        cursor.execute("VACUUM ANALYZE")
    return make_user(carrier, is_superuser=True), make_user(carrier)


DIGITS = {"vin": 6, "plate": 5, "pack": 7, "serial": 8, "order": 7}


def _people_and_sites(size: Size, carrier: Operator, region_id: int) -> None:
    thrown = random.Random(1)  # noqa: S311  the same people each time
    Driver.objects.bulk_create(
        (
            Driver(
                carrier=carrier,
                name=thrown.choice(SURNAMES) + "".join(thrown.choices(GIVEN, k=2)),
                phone=f"13{thrown.randrange(10**9):09d}",
            )
            for _ in range(size.drivers)
        ),
        batch_size=5_000,
    )
    owner = make_operator(Operator.Kind.STATION_OPERATOR)
    stations = SwapStation.objects.bulk_create(
        SwapStation(
            operator=owner,
            region_id=region_id,
            code=f"st-{n}",
            name=f"Station {n}",
            name_zh=f"{TOWNS[n % len(TOWNS)]}{n // len(TOWNS) + 1}号换电站",
            latitude_deg=39,
            longitude_deg=118,
            power_limit_kw=2000,
        )
        for n in range(size.stations)
    )
    Lane.objects.bulk_create(Lane(station=station, number=1) for station in stations)


def _swaps() -> None:
    stations = list(SwapStation.objects.order_by("pk")[:200])
    trucks = Truck.objects.filter(is_active=True).order_by("vin")[:LIVE_SWAPS]
    for n, truck in enumerate(trucks):
        start = NOW + timedelta(minutes=30 + 10 * (n // len(stations)))
        code = f"{n * 736_877 % 999_983:06d}"
        make_assignment(truck, stations[n % len(stations)], start=start, check_in_code=code)


def asked(kind: str, row: Any, thrown: random.Random) -> str:
    """Return what a person would type, in at most five keys, to find a row."""
    if kind == "truck":
        whole = thrown.choice([row.plate, row.plate[:-1], row.vin])
        return str(whole[-5:])
    if kind == "station":
        town = row.name_zh.rstrip("号换电站").rstrip("0123456789")
        number = row.name_zh[len(town) :].rstrip("号换电站")
        return str(town[: 5 - len(number)] + number)
    if kind == "driver":
        return str(row.name)
    if kind == "assignment":
        return str(thrown.choice([row.truck.plate[-5:], row.check_in_code[:5]]))
    name = {"pack": "code", "device": "serial", "trip": "external_id"}[kind]
    return str(getattr(row, name)[-5:])


SAMPLED = {
    "truck": 350,
    "pack": 250,
    "station": 100,
    "driver": 100,
    "assignment": 100,
    "device": 50,
    "trip": 50,
}
MODELS: dict[str, Any] = {
    "truck": Truck,
    "pack": Pack,
    "station": SwapStation,
    "driver": Driver,
    "device": Device,
}
