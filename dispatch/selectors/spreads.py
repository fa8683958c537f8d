"""What was measured of a region's drives, lanes, chargers and drivers, for the next promise."""

from dataclasses import dataclass, field

from dispatch.models import MeasuredSpread
from dispatch.planning.spreads import (
    CHARGE_PRIOR,
    DRIVE_PRIOR,
    LANE_PRIOR,
    Spread,
    came_share,
)
from dispatch.planning.windows import Spreads
from fleet.models import Region

PRIORS = {"drive": DRIVE_PRIOR, "lane": LANE_PRIOR, "charge": CHARGE_PRIOR}


@dataclass(slots=True)
class SpreadBook:
    """A region's spreads: by kind and road class or station (`None`: the region's own)."""

    rows: dict[tuple[str, str | int | None], Spread] = field(default_factory=dict)
    came: float = came_share(0, 0)

    def drive(self, road_class: str) -> Spread:
        """Return the spread of arrivals over a class of roads."""
        return self._of("drive", road_class)

    def of(self, road_class: str, station_id: int) -> Spreads:
        """Return all that decides when a swap at a station begins."""
        return Spreads(
            drive=self.drive(road_class),
            lane=self._of("lane", station_id),
            charge=self._of("charge", station_id),
            came=self.came,
        )

    def _of(self, kind: str, key: str | int) -> Spread:
        return self.rows.get((kind, key)) or self.rows.get((kind, None)) or PRIORS[kind]


def read_spreads(region: Region) -> SpreadBook:
    """Read a region's spreads; what was never measured is its prior."""
    book = SpreadBook()
    for row in MeasuredSpread.objects.filter(region=region):
        if row.kind == MeasuredSpread.Kind.CAME:
            book.came = float(row.points[0])
        else:
            key = row.station_id or row.road_class or None
            book.rows[row.kind, key] = Spread(tuple(row.points), row.samples)
    return book
