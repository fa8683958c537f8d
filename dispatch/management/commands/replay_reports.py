import asyncio
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dispatch.management.replay.columns import read_columns, read_mapping
from dispatch.management.replay.formats import FORMATS
from dispatch.management.replay.play import Player
from dispatch.management.replay.record import Record, RecordError, begin_s, thinned
from dispatch.management.replay.semi import read_semi
from dispatch.management.world.wire import Wire
from fleet import clock

CITY = (39.63, 118.18)  # Tangshan, for traces that know no position


class Command(BaseCommand):
    """Play recorded telemetry of one truck against a running service."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and its columns, the service and its key, the pace."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--url", required=True, help="of the service")
        parser.add_argument("--key", required=True, help="of the truck's onboard unit")
        parser.add_argument("--format", choices=[*FORMATS, "semi"], help="a data set we know")
        parser.add_argument("--map", default="", help="field=Column,recorded_at=Date+Time,...")
        parser.add_argument("--timezone", help="of the file's times; default: the service's")
        parser.add_argument("--speed", type=float, help="recorded seconds a wall second")
        parser.add_argument("--start", default="now", help="now, original, or an instant")
        parser.add_argument("--every-s", type=float, default=0.0, help="leave out what is closer")
        parser.add_argument("--limit", type=int, help="play so many reports only")
        parser.add_argument("--position", default="", help="latitude,longitude (semi)")
        parser.add_argument("--heading-deg", type=float, default=270.0, help="(semi)")

    def handle(self, **options: Any) -> None:
        """Read everything, then play it."""
        speed = options["speed"] or settings.CLOCK_RATE
        try:
            records = list(thinned(self._read(options), every_s=options["every_s"]))
            records = records[: options["limit"]]
            start_s = self._start_s(records, options["start"], speed)
        except (RecordError, ValueError) as error:
            raise CommandError(str(error)) from error
        span_s = records[-1].at_s - records[0].at_s
        self._say(f"{len(records)} reports over {span_s:.0f} s, {span_s / speed:.0f} s to play")
        player = asyncio.run(self._play(options["url"], options["key"], records, start_s, speed))
        if player.refusal:
            raise CommandError(f"{player.progress()}. {player.refusal}")
        self._say(player.progress())

    def _read(self, options: dict[str, Any]) -> list[Record]:
        path: Path = options["file"]
        if not path.exists():
            raise RecordError(f"There is no file {path}.")
        if options["format"] == "semi":
            text = options["position"]
            latitude, longitude = map(float, text.split(",")) if text else CITY
            start = (latitude, longitude)
            return read_semi(path, start=start, heading_deg=options["heading_deg"])
        known = FORMATS.get(options["format"] or "")
        mapping = read_mapping(f"{known.mapping if known else ''},{options['map']}")
        zone = options["timezone"] or (known.timezone if known else settings.TIME_ZONE)
        return read_columns(path, mapping, timezone=ZoneInfo(zone))

    def _start_s(self, records: list[Record], start: str, speed: float) -> float:
        if start == "original":
            return records[0].at_s
        if start != "now":
            at = datetime.fromisoformat(start)
            return (
                at if at.tzinfo else at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
            ).timestamp()
        now_s = clock.now().timestamp()
        return begin_s(records, now_s=now_s, rate=settings.CLOCK_RATE, speed=speed)

    async def _play(
        self, url: str, key: str, records: list[Record], start_s: float, speed: float
    ) -> Player:
        async with Wire(url) as wire:
            player = Player(wire, key, records, start_s, speed, self._say)
            await player.play()
        return player

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
