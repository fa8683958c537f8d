"""Build the whole scenario in one transaction, or open the doors of one that is there."""

from dataclasses import replace
from datetime import datetime

import pghistory
from django.db import transaction

from dispatch.management.scenario import doors, people, rolling, sites, work
from dispatch.management.scenario.visitor import make_visitor
from dispatch.simulation.casting import (
    POSITIONS,
    StationPart,
    TruckPart,
    cast_stations,
    cast_trucks,
)
from dispatch.simulation.roster import (
    LaneStart,
    PackStart,
    Roster,
    ShuttleStart,
    SlotStart,
    StationStart,
    TruckStart,
)
from fleet.models import Driver, Lane, Operator, Region, Slot, SwapStation, Truck
from telematics.models import Device


@transaction.atomic
def build_scenario(
    *, trucks: int, stations: int, seed: int, now: datetime, visitor: bool = False
) -> Roster:
    """Write region, operators, people, stations, trucks, packs and work; return the roster.

    With a `visitor`, one truck more waits for reports sent by hand.
    """
    station_parts = cast_stations(stations, seed=seed)
    truck_parts = cast_trucks(trucks, stations=station_parts, seed=seed)
    with pghistory.context(reason="scenario"):
        region = sites.make_region()
        operators = people.make_operators(region=region, trucks=trucks)
        logins = people.make_users(operators)
        types = rolling.make_pack_types()
        store = rolling.PackStore(types=types, owner=operators["north-pack-bank"], now=now)
        station_starts = _build_stations(station_parts, region, operators, store)
        truck_starts = _build_trucks(truck_parts, region, operators, store)
        roster = Roster(
            seed=seed,
            begins_at_s=now.timestamp(),
            places=POSITIONS,
            trucks=[replace(truck_starts[0], is_patient=True), *truck_starts[1:]],
            stations=station_starts,
            logins=logins,
            visitor=make_visitor(
                region=region, carrier=people.carriers_of(operators)[0], store=store, now=now
            )
            if visitor
            else None,
        )
        return with_driver_link(roster, now=now)


def _build_stations(
    parts: list[StationPart],
    region: Region,
    operators: dict[str, Operator],
    store: rolling.PackStore,
) -> list[StationStart]:
    runners = [operators["jidong-swap"], operators["coastal-swap"]]
    tariff = sites.make_tariff()
    rows = sites.make_stations(parts, region=region, tariff=tariff, operators=runners)
    keys = doors.give_stations_keys(rows, now=store.now)
    packs = [
        rolling.put_packs_in_slots(row, part, store) for row, part in zip(rows, parts, strict=True)
    ]
    store.write()
    return [_station_start(*each) for each in zip(rows, parts, packs, keys, strict=True)]


def _build_trucks(
    parts: list[TruckPart],
    region: Region,
    operators: dict[str, Operator],
    store: rolling.PackStore,
) -> list[TruckStart]:
    carriers, now = people.carriers_of(operators), store.now
    rows = rolling.make_trucks(
        parts,
        region=region,
        models=rolling.make_truck_models(store.types),
        carriers=carriers,
        lessor=operators["north-leasing"],
        now=now,
    )
    packs = rolling.put_packs_on_trucks(rows, parts, store)
    store.write()
    places = sites.make_places(region)
    work.make_work(rows, parts, carriers=carriers, places=places, now=now)
    drivers = people.make_drivers(carriers[n % len(carriers)] for n in range(len(rows)))
    units = doors.give_trucks_units(rows, now=now)
    tokens = doors.make_tokens(drivers, now=now)
    return [_truck_start(*each) for each in zip(rows, parts, packs, units, tokens, strict=True)]


def with_driver_link(roster: Roster, *, now: datetime) -> Roster:
    """Make a fresh link for the driver of the first truck."""
    [token] = doors.make_tokens(drivers_of(roster)[:1], now=now)
    return replace(roster, driver_link=f"/driver/enter/{token}")


def drivers_of(roster: Roster) -> list[Driver]:
    """Return the drivers of the roster's trucks, in its order."""
    return list(Driver.objects.order_by("pk")[: len(roster.trucks)])


@transaction.atomic
def refresh_links(roster: Roster, *, now: datetime) -> Roster:
    """Make new one-time links for all drivers; nothing else changes."""
    tokens = doors.make_tokens(drivers_of(roster), now=now)
    trucks = [
        replace(truck, driver_token=token)
        for truck, token in zip(roster.trucks, tokens, strict=True)
    ]
    return with_driver_link(replace(roster, trucks=trucks), now=now)


def _truck_start(
    truck: Truck,
    part: TruckPart,
    packs: list[PackStart],
    unit: tuple[Device, str],
    token: str,
) -> TruckStart:
    device, key = unit
    return TruckStart(
        id=truck.pk,
        plate=truck.plate,
        vin=truck.vin,
        obu_key=key,
        datum=str(device.datum),
        driver_token=token,
        curb_mass_kg=part.kind.curb_mass_kg,
        packs=packs,
        shuttle=ShuttleStart(
            origin=part.flow.origin,
            destination=part.flow.destination,
            load_out_kg=part.load_kg,
            load_back_kg=0,
            dwell_s=part.dwell_s,
        ),
        progress=part.progress,
        ready_in_s=part.ready_in_s,
    )


def _station_start(
    station: SwapStation, part: StationPart, packs: list[PackStart | None], key: str
) -> StationStart:
    lanes = Lane.objects.filter(station=station).order_by("number")
    slots = Slot.objects.filter(station=station).order_by("number")
    return StationStart(
        code=station.code,
        key=key,
        position=(part.site.latitude_deg, part.site.longitude_deg),
        power_limit_w=part.site.power_limit_kw * 1_000,
        lanes=[LaneStart(number=lane.number, swap_s=lane.swap_s) for lane in lanes],
        slots=[
            SlotStart(number=slot.number, max_power_w=slot.max_power_kw * 1_000, pack=pack)
            for slot, pack in zip(slots, packs, strict=True)
        ],
    )
