"""What can be found: through which door, by which columns, in which order among equals."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet

from dispatch import access as promises
from fleet import access as registry
from fleet.access import Viewer
from fleet.selectors.finding import (
    Rank,
    code_rank,
    name_rank,
    plain,
    rows_by_code,
    rows_by_name,
    squeezed,
)
from telematics import access as machines

type Door = Callable[[Viewer, datetime], QuerySet[Any]]
type Ways = Callable[[Viewer, datetime], list[Q]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of thing: `codes` are asked for by their ends, `names` by their words.

    `ways` are what the door asks for, one by one, where it asks for one of several.
    """

    door: Door
    ways: Ways | None = None
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    is_squeezed: bool = False  # the codes have neither spaces nor dashes
    inside: bool = True
    related: tuple[str, ...] = ()

    def rows(self, user: Viewer, *, now: datetime) -> QuerySet[Any]:
        """Return what the user may look at, with what its words need."""
        rows = self.door(user, now)
        return rows.select_related(*self.related) if self.related else rows

    def found(self, user: Viewer, typed: str, *, now: datetime) -> list[tuple[Rank, Any]]:
        """Return rows the user may look at that answer what was typed, and how well they do."""
        rows = self.rows(user, now=now)
        if self.names and not self.codes:
            found = rows_by_name(rows, list(self.names), typed)
        else:
            ways = partial(self.ways, user, now) if self.ways else None
            code = self._code(typed)
            found = rows_by_code(rows, list(self.codes), code, inside=self.inside, ways=ways)
        ranked = [(self.rank(row, typed), row) for row in found]
        return [(rank, row) for rank, row in ranked if rank is not None]

    def rank(self, row: Any, typed: str) -> Rank | None:
        """Say how well a row answers what was typed."""
        code = self._code(typed)
        ranks = [code_rank(getattr(row, name), code) for name in self.codes]
        ranks += [name_rank(getattr(row, name), typed) for name in self.names]
        return min((rank for rank in ranks if rank is not None), default=None)

    def _code(self, typed: str) -> str:
        return squeezed(typed) if self.is_squeezed else plain(typed)


KINDS: dict[str, Kind] = {
    "truck": Kind(
        door=lambda user, now: registry.trucks_for(user, now=now),
        ways=lambda user, now: registry.ways_to_trucks(user, now=now),
        codes=("plate", "vin"),
        is_squeezed=True,
    ),
    "station": Kind(
        door=lambda user, _now: registry.stations_for(user),
        names=("name", "name_zh", "code"),
    ),
    "driver": Kind(
        door=lambda user, _now: registry.drivers_for(user),
        codes=("name", "phone"),
        inside=False,
    ),
    "pack": Kind(
        door=lambda user, now: registry.packs_for(user, now=now),
        ways=lambda user, now: registry.ways_to_packs(user, now=now),
        codes=("code",),
        is_squeezed=True,
        related=("type", "slot__station", "truck"),
    ),
    "trip": Kind(
        door=lambda user, _now: promises.trips_for(user),
        codes=("external_id",),
        related=("origin", "destination", "truck"),
    ),
    "device": Kind(
        door=lambda user, now: machines.devices_for(user, now=now),
        ways=lambda user, now: machines.ways_to_devices(user, now=now),
        codes=("serial",),
        related=("truck", "station", "operator"),
    ),
    "place": Kind(
        door=lambda user, _now: registry.places_for(user),
        names=("name", "name_zh", "code"),
    ),
}
