import asyncio
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError

from dispatch.management.obus.keys import UNITS_MOST, make_keys, read_keys, revoke_keys, write_keys
from dispatch.management.obus.run import Run
from dispatch.simulation.units.habits import Habits
from dispatch.simulation.units.parcels import parcels_of
from fleet import clock

WRITTEN_AS_OF = datetime(2026, 11, 21, 8, tzinfo=UTC)
SHARES = ("drop", "duplicate", "reorder", "cut", "offline")


class Command(BaseCommand):
    """Load a service with the reports of simulated onboard units, and let things go wrong."""

    help = __doc__ or ""
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how many, how fast, what goes wrong, and where to."""
        parser.add_argument("--url", help="of the service; without it bytes are only written")
        parser.add_argument("--units", type=int, default=100)
        parser.add_argument("--rate", type=float, help="reports a second of all units together")
        parser.add_argument("--every-s", type=float, default=10.0, help="without --rate")
        parser.add_argument("--batch", type=int, default=1, help="reports a request")
        parser.add_argument("--seconds", type=float, default=60.0)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--begin", help="ISO 8601: what the first report is stamped with")
        for name in SHARES:
            parser.add_argument(f"--{name}", type=float, default=0.0, help="a share, 0 to 1")
        parser.add_argument("--skew-s", type=float, default=0.0, help="clocks are wrong by up to")
        parser.add_argument("--offline-s", type=float, default=60.0, help="at a time")
        parser.add_argument("--keys", type=Path, help="a key a line; made and written if missing")
        parser.add_argument("--out", help="write what is sent to a file, or - for standard output")
        parser.add_argument("--patience-s", type=float, default=60.0, help="after the last report")

    def handle(self, **options: Any) -> None:
        """Write what would be sent, or send it, and say what came of it."""
        habits = _habits(options)
        begins_at_s = _begin(options).timestamp()
        if options["out"]:
            self._write(options["out"], habits, begins_at_s)
        if options["url"]:
            self._send(options, habits, begins_at_s)
        elif not options["out"]:
            raise CommandError("Say where to: --url for a service, --out for a file, or both.")

    def _write(self, out: str, habits: Habits, begins_at_s: float) -> None:
        if out == "-":
            self.stdout.writelines(line.decode() for line in _lines(habits, begins_at_s))
            return
        with Path(out).open("wb") as file:
            file.writelines(_lines(habits, begins_at_s))

    def _send(self, options: dict[str, Any], habits: Habits, begins_at_s: float) -> None:
        path: Path | None = options["keys"]
        keys = (
            read_keys(path) if path and path.exists() else make_keys(habits.units, now=clock.now())
        )
        if len(keys) < habits.units:
            raise CommandError(f"{path} has {len(keys)} keys, not {habits.units}.")
        if path and not path.exists():
            write_keys(path, keys)
        is_watched = sys.stderr.isatty()
        run = Run(
            habits,
            url=options["url"],
            keys=keys,
            begins_at_s=begins_at_s,
            patience_s=options["patience_s"],
            say=lambda line: self.stderr.write(f"\r{line}" if is_watched else line, ending=""),
            line_every_s=1.0 if is_watched else 10.0,
        )
        try:
            took_s = asyncio.run(run.run())
        finally:
            if path is None:
                revoke_keys(now=clock.now())
        self.stdout.write(f"\n{run.tally.table(took_s)}")
        if not run.tally.is_good:
            raise CommandError("Not every report has its verdict, or something failed: see above.")


def _habits(options: dict[str, Any]) -> Habits:
    wrong = [name for name in SHARES if not 0 <= options[name] < 1]
    if wrong:
        raise CommandError(f"--{wrong[0]} is a share from 0 to below 1.")
    units, rate = options["units"], options["rate"]
    every_s = units / rate if rate else options["every_s"]
    if not (1 <= units <= UNITS_MOST and 1 <= options["batch"] <= 1000 and every_s > 0):
        raise CommandError(
            f"1 to {UNITS_MOST} units, 1 to 1,000 reports a request, a rate above 0."
        )
    return Habits(
        seed=options["seed"],
        units=units,
        seconds=options["seconds"],
        every_s=every_s,
        batch=options["batch"],
        skew_s=options["skew_s"],
        offline_s=options["offline_s"],
        **{name: options[name] for name in SHARES},
    )


def _begin(options: dict[str, Any]) -> datetime:
    if options["begin"]:
        try:
            return datetime.fromisoformat(options["begin"]).astimezone(UTC)
        except ValueError as error:
            raise CommandError(f"--begin is no ISO 8601: {options['begin']}") from error
    return clock.now() if options["url"] else WRITTEN_AS_OF


def _lines(habits: Habits, begins_at_s: float) -> Iterator[bytes]:
    for number in range(habits.units):
        for parcel in parcels_of(habits, number, begins_at_s=begins_at_s):
            yield (
                msgspec.json.encode(
                    {
                        "unit": number,
                        "due_s": round(parcel.due_s, 3),
                        "cut": parcel.cut,
                        "body": msgspec.Raw(parcel.body),
                    }
                )
                + b"\n"
            )
