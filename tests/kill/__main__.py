"""`python -m tests.kill`: a full run; the history is kept when something is wrong with it."""

import argparse
import asyncio
import gc
import json
import shutil
import time
from dataclasses import asdict
from pathlib import Path

from tests.kill.checker import judge
from tests.kill.history import History
from tests.kill.plants import PLANTS, app_of, plant_in
from tests.kill.run import Plan, Run
from tests.kill.service import Service

PLACE = Path(__file__).resolve().parents[2] / "var" / "kill"


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def main() -> int:
    """Run, judge, print; 1 if anything is lost, twice or otherwise wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--trucks", type=int, default=200)
    parser.add_argument("--connections", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--plant", choices=PLANTS, default="none", help="a way to lose reports")
    asked = parser.parse_args()
    place = PLACE / str(asked.seed)
    shutil.rmtree(place, ignore_errors=True)
    plan = Plan(
        seed=asked.seed,
        reports=asked.reports,
        kills=asked.kills,
        trucks=asked.trucks,
        connections=asked.connections,
    )
    print(f"seed {plan.seed}: {plan.reports:,} reports, {plan.kills} kills, history in {place}")
    begun_s = time.monotonic()
    with Service(place, app=app_of(asked.plant), workers=asked.workers) as service:
        path = place / "history.jsonl"
        plant_in(service, asked.plant)
        with History(path) as history:
            tally = asyncio.run(Run(service, plan, history).live(say))
        say("deriving the trucks' days, then judging")
        service.derive()
        gc.disable()  # millions of tuples, none of them in a ring
        judgement = judge(path, service.servers.database_url, is_derived=True)
    took_s = time.monotonic() - begun_s
    figures = {"seed": plan.seed, **asdict(judgement), "resent": tally.resent}
    figures |= {"kills": dict(tally.killed), "requests": dict(tally.requests)}
    figures |= {"slowest_return_s": round(max(tally.down_s, default=0), 1), "s": round(took_s)}
    print(json.dumps(figures, indent=1))
    if judgement.faults:
        print(f"NOT AS PROMISED. The history is kept: {path}")
        return 1
    shutil.rmtree(place)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
