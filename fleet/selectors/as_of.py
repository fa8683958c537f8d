"""Who drove a truck and which packs it carried, as of any instant of the past.

Late data is credited to who and what was there when it was measured, never to who is there when
it arrives. Three parts: an instant of a truck is a `Moment`; what lasted is a `Stay`; and stays
of many moments are read in one query each, however many moments there are.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection


class Moment(NamedTuple):
    """An instant of a truck."""

    truck_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Stay[What]:
    """What was so for a truck from `began_at` to before `ended_at` (None: it still is)."""

    truck_id: int
    began_at: datetime
    ended_at: datetime | None
    what: What

    def covers(self, at: datetime) -> bool:
        """Say whether it was so at an instant."""
        return self.began_at <= at and (self.ended_at is None or at < self.ended_at)


# What is asked: each truck once, with the first and the last instant that is of interest.
ASKED = (
    "unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS asked (truck_id, since, until)"
)
SHIFTS = f"""
SELECT s.truck_id, s.started_at, s.ended_at, s.driver_id
  FROM {ASKED} JOIN fleet_shift s USING (truck_id)
 WHERE s.started_at <= asked.until AND (s.ended_at IS NULL OR s.ended_at > asked.since)
 ORDER BY s.started_at, s.id
"""  # noqa: S608  a constant of ours
# A pack is on a truck from the move that put it there to the pack's next move, wherever to.
PACKS = f"""
WITH ridden AS (SELECT DISTINCT pack_id FROM {ASKED} JOIN fleet_packmove ON to_truck_id = truck_id),
moved AS (
    SELECT m.pack_id, m.to_truck_id, m.to_position, m.moved_at,
           lead(m.moved_at) OVER (PARTITION BY m.pack_id ORDER BY m.moved_at, m.id) AS gone_at
      FROM fleet_packmove m JOIN ridden USING (pack_id))
SELECT moved.to_truck_id, moved.moved_at, moved.gone_at, moved.to_position, p.code
  FROM moved JOIN fleet_pack p ON p.id = moved.pack_id
  JOIN {ASKED} ON asked.truck_id = moved.to_truck_id
 WHERE moved.moved_at <= asked.until AND (moved.gone_at IS NULL OR moved.gone_at > asked.since)
   AND moved.gone_at IS DISTINCT FROM moved.moved_at
 ORDER BY moved.moved_at, moved.to_position
"""  # noqa: S608  a constant of ours


def drivers_as_of(moments: Sequence[Moment]) -> list[int | None]:
    """Return who was on shift with the truck at each moment; None where nobody was.

    A shift counts from its start to before its end. One query.
    """
    stays = [Stay(*row) for row in read_stays(SHIFTS, moments)]
    return latest_at(stays, moments)


def packs_as_of(moments: Sequence[Moment]) -> list[tuple[str, ...]]:
    """Return the codes of the packs on the truck at each moment, by their positions.

    From the custody ledger, by when packs were moved, not by when that was told. One query.
    """
    stays: dict[int, list[Stay[tuple[int, str]]]] = defaultdict(list)
    for truck_id, began_at, ended_at, position, code in read_stays(PACKS, moments, times=2):
        stays[truck_id].append(Stay(truck_id, began_at, ended_at, (position, code)))
    return [
        tuple(
            code
            for _, code in sorted(
                stay.what for stay in stays.get(moment.truck_id, ()) if stay.covers(moment.at)
            )
        )
        for moment in moments
    ]


def read_stays(query: str, moments: Iterable[Moment], *, times: int = 1) -> list[Any]:
    """Return the rows of a query that asks `ASKED`, as many `times` as it names it."""
    spans: dict[int, tuple[datetime, datetime]] = {}
    for truck_id, at in moments:
        since, until = spans.get(truck_id, (at, at))
        spans[truck_id] = min(since, at), max(until, at)
    firsts, lasts = [span[0] for span in spans.values()], [span[1] for span in spans.values()]
    asked: list[Any] = [list(spans), firsts, lasts]
    with connection.cursor() as cursor:
        cursor.execute(query, asked * times)
        return list(cursor.fetchall())


def latest_at[What](stays: Iterable[Stay[What]], moments: Sequence[Moment]) -> list[What | None]:
    """Return for each moment what began last of the stays that cover it.

    Stays are given in the order they began in.
    """
    of_truck: dict[int, list[Stay[What]]] = defaultdict(list)
    for stay in stays:
        of_truck[stay.truck_id].append(stay)
    begins: Mapping[int, list[datetime]] = {
        truck_id: [stay.began_at for stay in mine] for truck_id, mine in of_truck.items()
    }
    found: list[What | None] = []
    for truck_id, at in moments:
        mine = of_truck.get(truck_id, [])
        before = reversed(mine[: bisect_right(begins.get(truck_id, []), at)])
        found.append(next((stay.what for stay in before if stay.covers(at)), None))
    return found
