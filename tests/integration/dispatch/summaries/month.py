"""A month of two carriers and three stations, drawn from a seed, with all that is awkward in it.

Trucks change hands within a day, swaps straddle midnight or end on it, promises are withdrawn and
outlive their day, alarms have no truck, energy has no tariff, stock-outs last over midnights.
"""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange, NumericRange

from dispatch.models import PromiseOutcome, StationQuarter, StockOut, SwapAssignment
from fleet.models import Operator, SwapStation, Tariff, TariffPeriod, Truck, TruckTenure, User
from telematics.models import Alarm, TruckDrive
from tests.builders import (
    make_assignment,
    make_operator,
    make_region,
    make_station,
    make_truck,
    make_truck_day,
    make_truck_model,
)

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
START = datetime(2026, 10, 1, tzinfo=ZONE).astimezone(UTC)
END = datetime(2026, 11, 1, tzinfo=ZONE).astimezone(UTC)
ENDS = ["done"] * 6 + ["declined", "expired", "cancelled", "diverted", "failed", "no_show"]
LEVELS = [("valley", 0, 480, "0.3105"), ("flat", 480, 960, "0.6210"), ("peak", 960, 1320, "1.0557")]


class Month:
    """The rows, and who and what they are of."""

    def __init__(self, seed: int, *, swaps: int = 150) -> None:
        self.random = Random(seed)  # noqa: S311  not for secrets
        self.drives: list[TruckDrive] = []
        self.region = make_region()
        self.carriers = [make_operator() for _ in range(2)]
        group = make_operator(Operator.Kind.STATION_OPERATOR)
        self.group = group
        self.stations = [
            make_station(group, self.region, slots=0),
            make_station(group, self.region, slots=0),
            make_station(region=self.region, slots=0),
        ]
        models = [make_truck_model(pack_positions=1), make_truck_model(pack_positions=2)]
        self.trucks = [
            make_truck(self.carriers[at % 2], model=models[at % 2], region=self.region)
            for at in range(6)
        ]
        self._sell(self.trucks[0], self.moment())
        self._sell(self.trucks[2], datetime(2026, 10, 11, tzinfo=ZONE))  # at midnight
        self._tariffs()
        for _ in range(swaps):
            self._swap()
        for truck in self.trucks:
            for number in range(-1, 33):
                self._drive(truck, FIRST + timedelta(days=number))
        TruckDrive.objects.bulk_create(self.drives)
        for _ in range(60):
            self._alarm()
        for station in self.stations:
            self._charge(station)

    def moment(self) -> datetime:
        """Return an instant in the month, around it, or just on or beside a midnight of it."""
        midnight = datetime(2026, 10, self.random.randint(1, 31), tzinfo=ZONE)
        return self.random.choice(
            [
                START + self.random.random() * (END - START),
                START + (self.random.random() * 1.2 - 0.1) * (END - START),
                midnight,
                midnight - timedelta(microseconds=1),
                START,
                END,
            ]
        )

    def held_all_along(self, truck: Truck, user: User) -> bool:
        """Say whether a truck was the user's carrier's from before the month until now."""
        tenures = TruckTenure.objects.filter(truck=truck, role="carrier")
        return [one.operator_id for one in tenures] == [user.operator_id]

    def _sell(self, truck: Truck, at: datetime) -> None:
        """Give the truck to the other carrier."""
        old = TruckTenure.objects.get(truck=truck, role="carrier")
        other = next(one for one in self.carriers if one != old.operator)
        old.during = DateTimeTZRange(old.during.lower, at)
        old.save()
        during = DateTimeTZRange(at, None)
        TruckTenure.objects.create(truck=truck, role="carrier", operator=other, during=during)

    def _tariffs(self) -> None:
        tariff = Tariff.objects.create(code="t", name="T", source="test")
        for level, since, until, price in LEVELS:
            TariffPeriod.objects.create(
                tariff=tariff,
                valid=DateRange(date(2026, 10, 3), None),
                month=10,
                minutes=NumericRange(since, until),
                level=level,
                price_cny_per_kwh=price,
            )
        self.tariff = tariff
        SwapStation.objects.filter(pk__in=[one.pk for one in self.stations[:2]]).update(
            tariff=tariff
        )

    def _swap(self) -> None:
        ended_at, state = self.moment(), self.random.choice(ENDS)
        began_at = ended_at - timedelta(seconds=self.random.randint(200, 500))
        seen = state == "done" and self.random.random() < 0.9
        wait = timedelta(seconds=self.random.choice([0, self.random.randint(0, 3000)]))
        swap = make_assignment(
            self.random.choice(self.trucks),
            self.random.choice(self.stations),
            state=state,
            offered_at=ended_at - timedelta(hours=2),
            swapping_at=began_at if seen else None,
            arrived_at=began_at - wait if seen else None,
            ended_at=ended_at,
        )
        if state not in {"declined", "expired"} and self.random.random() < 0.8:
            kept = self.random.choice([True, True, False, None])
            self._outcome(swap, is_kept=kept if state == "done" else None)

    def _outcome(self, swap: SwapAssignment, *, is_kept: bool | None) -> None:
        PromiseOutcome.objects.create(
            assignment=swap,
            region=swap.region,
            station=swap.station,
            ended_at=swap.ended_at or START,
            window=swap.window,
            probability=0.9,
            is_kept=is_kept,
            way_s=100,
        )

    def _drive(self, truck: Truck, day: date) -> None:
        if self.random.random() < 0.2:
            return
        midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE)
        km = 0.0
        for hour in self.random.sample(range(24), 3):
            drive = round(self.random.uniform(1, 80), 2)
            km += drive
            self.drives.append(
                TruckDrive(
                    truck=truck,
                    day=day,
                    started_at=midnight + timedelta(hours=hour),
                    ended_at=midnight + timedelta(hours=hour, minutes=50),
                    latitude_deg=39,
                    longitude_deg=118,
                    start_percent=80,
                    end_percent=60,
                    unseen_s=0,
                    end_latitude_deg=39,
                    end_longitude_deg=118,
                    distance_km=drive,
                    used_percent=drive / 3,
                )
            )
        make_truck_day(truck, day=day, distance_km=km, used_kwh=km * 1.4)

    def _alarm(self) -> None:
        kind = self.random.choice(["stranded_risk", "vehicle", "wrong_pack", "slot_fault"])
        of_truck = kind != "slot_fault"
        at_station = kind in {"wrong_pack", "slot_fault"}
        at = self.moment()
        Alarm.objects.create(
            kind=kind,
            truck=self.random.choice(self.trucks) if of_truck else None,
            station=self.random.choice(self.stations) if at_station else None,
            detail="test",
            opened_at=at,
            closed_at=at + timedelta(hours=1),
        )

    def _charge(self, station: SwapStation) -> None:
        for _ in range(120):
            at = START + timedelta(minutes=15) * self.random.randint(-20, 31 * 96 + 20)
            priced = station in self.stations[:2] and self.random.random() < 0.9
            StationQuarter.objects.get_or_create(
                station=station,
                starts_at=at,
                defaults={
                    "energy_wh": self.random.randint(0, 90_000),
                    "cost_cny": round(self.random.uniform(0, 80), 4) if priced else None,
                },
            )
        kind = self.trucks[0].model.pack_type
        for _ in range(12):
            at = self.moment()
            until = at + timedelta(minutes=self.random.randint(1, 4000))
            StockOut.objects.create(
                station=station, pack_type=kind, during=DateTimeTZRange(at, until)
            )
        StockOut.objects.create(
            station=station, pack_type=kind, during=DateTimeTZRange(self.moment(), None)
        )
