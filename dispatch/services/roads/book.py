"""The road book of one kind of truck: what was asked before, and what is learnt now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from dispatch.models import RoadBook, RoadLeg
from dispatch.planning.travel import TruckProfile

TOUCH_EVERY = timedelta(hours=6)
UNUSED_FOR = timedelta(days=14)
LEG_HOLDS = timedelta(days=60)

type Cells = tuple[int, int]


class Leg(NamedTuple):
    """What a drive took that was asked from a cell to a cell, `crow_m` apart."""

    finding: int
    crow_m: int
    distance_m: int
    travel_s: int


def truck_word(truck: TruckProfile) -> str:
    """Name what road engines know of a truck, whole tonnes up."""
    axle = "" if truck.axle_load_kg is None else f" a{truck.axle_load_kg / 1000:g}"
    return (
        f"h{truck.height_m:g} w{truck.width_m:g} l{truck.length_m:g} "
        f"m{-(-truck.mass_kg // 1000)}{axle}"
    )


def latest_version(engine: str) -> str | None:
    """Return the map that was used last, for when the engine does not say which it has."""
    books = RoadBook.objects.filter(engine=engine).order_by("-used_at")
    return books.values_list("map_version", flat=True).first()


@dataclass(slots=True)
class OpenBook:
    """A book as it is read and written in one round."""

    engine: str
    map_version: str
    truck: TruckProfile
    known: dict[Cells, Leg] = field(default_factory=dict)
    learnt: dict[Cells, Leg] = field(default_factory=dict)

    def look_up(self, wanted: Iterable[Cells]) -> dict[Cells, Leg]:
        """Return what is known of drives, in one query for those not looked up before."""
        wanted = list(wanted)
        unread = [cells for cells in wanted if cells not in self.known]
        if unread:
            self.known.update(self._read(unread))
        return {cells: self.known[cells] for cells in wanted if cells in self.known}

    def _read(self, cells: list[Cells]) -> dict[Cells, Leg]:
        starts, ends = zip(*cells, strict=True)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT start_cell, end_cell, finding, crow_m, distance_m, travel_s
                FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (start_cell, end_cell)
                JOIN dispatch_roadleg USING (start_cell, end_cell)
                WHERE book_id = (
                    SELECT id FROM dispatch_roadbook
                    WHERE engine = %s AND map_version = %s AND truck = %s
                )
                """,
                [list(starts), list(ends), self.engine, self.map_version, truck_word(self.truck)],
            )
            return {(row[0], row[1]): Leg(*row[2:]) for row in cursor.fetchall()}

    def learn(self, cells: Cells, leg: Leg) -> None:
        """Take note of an answer; `keep` writes it down."""
        self.known[cells] = self.learnt[cells] = leg

    def keep(self, *, now: datetime) -> None:
        """Write down what was learnt; what another round wrote meanwhile stands."""
        with transaction.atomic():
            book, is_new = RoadBook.objects.get_or_create(
                engine=self.engine,
                map_version=self.map_version,
                truck=truck_word(self.truck),
                defaults={"used_at": now},
            )
            if not is_new and now - book.used_at > TOUCH_EVERY:
                RoadBook.objects.filter(pk=book.pk).update(used_at=now)
            legs = [
                RoadLeg(
                    book=book,
                    start_cell=cells[0],
                    end_cell=cells[1],
                    asked_at=now,
                    **leg._asdict(),
                )
                for cells, leg in sorted(self.learnt.items())  # in one order: no deadlock
            ]
            RoadLeg.objects.bulk_create(legs, ignore_conflicts=True, batch_size=2_000)
        self.learnt.clear()


def prune_books(*, now: datetime) -> None:
    """Forget books nobody used for long, and drives that were asked long ago."""
    unused = RoadBook.objects.filter(used_at__lt=now - UNUSED_FOR)
    RoadLeg.objects.filter(book__in=unused).delete()
    unused.delete()
    RoadLeg.objects.filter(asked_at__lt=now - LEG_HOLDS).delete()
