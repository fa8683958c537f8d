"""`python -m tests.kill.away`: PostgreSQL away for a minute, its disks full; figures."""

import argparse
import asyncio
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kill.checker import judge
from tests.kill.disk import SmallDiskService
from tests.kill.history import History
from tests.kill.outage import Outage, Traffic
from tests.kill.service import Service

PLACE = Path(__file__).resolve().parents[2] / "var" / "away"
TRUCKS = 40


@dataclass(frozen=True, slots=True)
class Trial:
    """What was heard while the database was away, and what the checker says of the reports."""

    outage: Outage
    lost: list[str]
    figures: dict[str, Any]


def go_away(
    service: Service, leave: Callable[[], None], back: Callable[[], None], *, away_s: float
) -> Trial:
    """Take the database away under traffic and bring it back."""
    path = service.place / "history.jsonl"
    with History(path) as history:
        traffic = Traffic(service, history, trucks=TRUCKS, seed=1)
        asyncio.run(traffic.live(away_s=away_s, leave=leave, back=back))
    judgement = judge(path, service.servers.database_url)
    figures = traffic.outage.figures()
    figures |= {"acknowledged": judgement.acknowledged, "lost": judgement.lost}
    return Trial(traffic.outage, judgement.faults, figures)


def trials(place: Path, away_s: float) -> Iterator[tuple[str, Trial, list[str]]]:
    """Yield each way to be away with what is wrong."""
    with Service(place / "away") as service:
        killed = go_away(service, service.kill_postgres, service.start_postgres, away_s=away_s)
        yield "killed", killed, killed.outage.faults(leeway=1)
        stopped = go_away(service, service.freeze_postgres, service.thaw_postgres, away_s=away_s)
        yield "stopped", stopped, stopped.outage.faults(leeway=1)
    for what in ("data", "wal"):
        with SmallDiskService(place / what, what=what) as small:
            full = go_away(small, small.fill_up, small.make_room, away_s=away_s / 3)
            yield f"{what} disk full", full, full.outage.faults_of_full_disk(leeway=1)


def main() -> int:
    """Go away in each way, print figures; 1 if anything is not as promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    shutil.rmtree(PLACE, ignore_errors=True)
    wrong = []
    for name, trial, faults in trials(PLACE, asked.seconds):
        print(name, json.dumps(trial.figures, indent=1), flush=True)
        wrong += [f"{name}: {fault}" for fault in faults + trial.lost]
    print("\n".join(wrong), file=sys.stderr)
    shutil.rmtree(PLACE)
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
