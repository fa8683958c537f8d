"""Truck models and trucks with who owns and runs them, and every pack in its first place."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.simulation.casting import (
    GROSS_MASS_KG,
    PACK_KINDS,
    TRUCK_KINDS,
    PackKind,
    StationPart,
    TruckPart,
)
from dispatch.simulation.roster import PackStart
from fleet.identity import make_pack_code, parse_plate, with_check_digit
from fleet.models import (
    Operator,
    Pack,
    PackType,
    Region,
    Slot,
    SwapStation,
    Truck,
    TruckModel,
    TruckTenure,
    Whereabouts,
)

MADE_ON = date(2025, 3, 14)
SINCE = timedelta(days=200)
PACK_MAKER = "YZP"
REASON = "first placed by the scenario"


@dataclass(slots=True)
class PackStore:
    """Packs to be written at once, numbered as they are made."""

    types: dict[str, PackType]
    owner: Operator
    now: datetime
    rows: list[Pack] = field(default_factory=list)
    written: int = 0

    def write(self) -> None:
        """Write the packs made since the last time."""
        Pack.objects.bulk_create(self.rows)
        self.written, self.rows = self.written + len(self.rows), []

    def make(self, kind: PackKind, soc_percent: float, **place: object) -> PackStart:
        """Make a pack in a slot or on a truck; return what the world must know of it."""
        code = make_pack_code(
            maker=PACK_MAKER,
            made_on=MADE_ON,
            serial=self.written + len(self.rows) + 1,
            spec=kind.spec,
        )
        on_truck = "truck" in place
        row = Pack(
            code=code,
            type=self.types[kind.code],
            owner=self.owner,
            whereabouts=Whereabouts.TRUCK if on_truck else Whereabouts.SLOT,
            moved_at=self.now,
            move_reason=REASON,
        )
        for name, value in place.items():
            setattr(row, name, value)
        self.rows.append(row)
        return PackStart(code=code, capacity_wh=kind.capacity_wh, soc_percent=soc_percent)


def make_pack_types() -> dict[str, PackType]:
    """Make the pack types; return them by code."""
    return {
        kind.code: PackType.objects.create(
            code=kind.code,
            name=kind.name,
            capacity_wh=kind.capacity_wh,
            mass_kg=kind.mass_kg,
            max_charge_kw=kind.max_charge_kw,
        )
        for kind in PACK_KINDS
    }


def make_truck_models(types: dict[str, PackType]) -> dict[str, TruckModel]:
    """Make the truck models; return them by name."""
    return {
        kind.name: TruckModel.objects.create(
            maker=kind.maker,
            name=kind.name,
            pack_type=types[kind.pack.code],
            pack_positions=kind.pack_positions,
            curb_mass_kg=kind.curb_mass_kg,
            gross_mass_kg=GROSS_MASS_KG,
        )
        for kind in TRUCK_KINDS
    }


def make_trucks(
    parts: list[TruckPart],
    *,
    region: Region,
    models: dict[str, TruckModel],
    carriers: list[Operator],
    lessor: Operator,
    now: datetime,
) -> list[Truck]:
    """Make the trucks; carriers run them in turn, and every other one is leased."""
    rows = [
        Truck(
            vin=with_check_digit(f"LYZT{part.kind.pack.spec}0{part.kind.pack_positions}0TA{n:06d}"),
            plate=parse_plate(f"冀B{10_000 + 7 * n:05d}D"),
            model=models[part.kind.name],
            region=region,
        )
        for n, part in enumerate(parts, start=1)
    ]
    trucks = Truck.objects.bulk_create(rows)
    during = DateTimeTZRange(now - SINCE, None)
    tenures = []
    for index, truck in enumerate(trucks):
        carrier = carriers[index % len(carriers)]
        owner = lessor if index // len(carriers) % 2 else carrier
        for role, operator in (("carrier", carrier), ("owner", owner)):
            tenures.append(TruckTenure(truck=truck, role=role, operator=operator, during=during))
    TruckTenure.objects.bulk_create(tenures)
    return trucks


def put_packs_on_trucks(
    trucks: list[Truck], parts: list[TruckPart], store: PackStore
) -> list[list[PackStart]]:
    """Fill every pack position; return the packs of each truck in order of position."""
    return [
        [
            store.make(part.kind.pack, part.soc_percent, truck=truck, position=position)
            for position in range(1, part.kind.pack_positions + 1)
        ]
        for truck, part in zip(trucks, parts, strict=True)
    ]


def put_packs_in_slots(
    station: SwapStation, part: StationPart, store: PackStore
) -> list[PackStart | None]:
    """Fill the slots that begin with a pack; return the pack of each slot in order."""
    slots = Slot.objects.filter(station=station).order_by("number")
    return [
        store.make(slot_part.kind, slot_part.soc_percent, slot=slot)
        if slot_part.is_filled
        else None
        for slot, slot_part in zip(slots, part.slots, strict=True)
    ]
