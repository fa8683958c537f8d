"""The numbers of a unit's reports from one start to the next, and names that are kept once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from telematics.services.lines import run

SEQ_MAX = 2**63 - 2  # the end of a range of whole numbers lies one further
NAMES_KEPT = 200_000

type BootName = tuple[int, str]
type Codes = tuple[str, ...]

FIND_BOOTS = """
SELECT b.truck_id, b.boot_id, b.id FROM telematics_boot b
  JOIN unnest(%s::bigint[], %s::text[]) AS t (truck_id, boot_id) USING (truck_id, boot_id)
"""
MAKE_BOOTS = """
INSERT INTO telematics_boot (truck_id, boot_id, seqs, first_recorded_at, last_recorded_at,
                             last_received_at)
SELECT truck_id, boot_id, '{}', now(), now(), now()
  FROM unnest(%s::bigint[], %s::text[]) AS t (truck_id, boot_id) ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""
FIND_PACK_SETS = """
SELECT codes, id FROM telematics_packset
 WHERE codes IN (SELECT string_to_array(t, ',')::varchar(24)[] FROM unnest(%s::text[]) t)
"""
MAKE_PACK_SETS = """
INSERT INTO telematics_packset (codes)
SELECT string_to_array(t, ',')::varchar(24)[] FROM unnest(%s::text[]) t ORDER BY 1
ON CONFLICT DO NOTHING
"""


@dataclass(slots=True)
class Numbers:
    """What one batch brought of one boot: its numbers in runs, and between which times."""

    first_us: int
    last_us: int
    received_us: int
    runs: list[list[int]] = field(default_factory=list)

    def add(self, seq: int, at_us: int) -> None:
        """Note one number; numbers that follow each other are one run."""
        if seq > SEQ_MAX:
            seq = SEQ_MAX
        if self.runs and self.runs[-1][1] + 1 == seq:
            self.runs[-1][1] = seq
        else:
            self.runs.append([seq, seq])
        if at_us > self.last_us:
            self.last_us = at_us
        elif at_us < self.first_us:
            self.first_us = at_us

    @property
    def multirange(self) -> str:
        """Return the runs as PostgreSQL writes ranges."""
        return "{" + ",".join(f"[{first},{last}]" for first, last in self.runs) + "}"


class Names:
    """Ids of boots and of lists of packs, asked once and remembered."""

    def __init__(self) -> None:
        self.boots: dict[BootName, int] = {}
        self.pack_sets: dict[Codes, int] = {}

    def forget_many(self) -> None:
        """Forget all names once they are too many."""
        if len(self.boots) + len(self.pack_sets) > NAMES_KEPT:
            self.boots.clear()
            self.pack_sets.clear()

    def learn(
        self, line: Connection[Any], *, boots: Iterable[BootName], codes: Iterable[Codes]
    ) -> None:
        """Find the ids of names not known yet; those never heard of get theirs."""
        if missing := sorted(set(boots)):
            self._learn_boots(line, missing)
        if unknown := sorted(set(codes)):
            self._learn_pack_sets(line, unknown)

    def _learn_boots(self, line: Connection[Any], names: list[BootName]) -> None:
        for statement in (None, MAKE_BOOTS):
            wanted = [name for name in names if name not in self.boots]
            if not wanted:
                return
            columns = [[truck for truck, _ in wanted], [boot for _, boot in wanted]]
            if statement:
                run(line, statement, columns)
            for truck_id, boot_id, key in run(line, FIND_BOOTS, columns):
                self.boots[truck_id, boot_id] = key

    def _learn_pack_sets(self, line: Connection[Any], codes: list[Codes]) -> None:
        for statement in (None, MAKE_PACK_SETS):
            wanted = [",".join(each) for each in codes if each not in self.pack_sets]
            if not wanted:
                return
            if statement:
                run(line, statement, [wanted])
            for found, key in run(line, FIND_PACK_SETS, [wanted]):
                self.pack_sets[tuple(found)] = key
