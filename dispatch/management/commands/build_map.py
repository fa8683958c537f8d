import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dispatch.services.roads.maps import MapError, build_map


class Command(BaseCommand):
    """Build the road map the embedded Valhalla answers from; a running service takes it at once."""

    help = "Build the road map from an OpenStreetMap extract (.osm.pbf)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the extract, and where the map goes."""
        parser.add_argument("extract", type=Path, help="the extract, .osm.pbf")
        parser.add_argument(
            "--into",
            type=Path,
            default=settings.TRAVEL_MAP_DIR,
            help="directory of the map; TRAVEL_MAP_DIR if not given",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say each step with the seconds since the start, and the version at the end."""
        begun_s = time.monotonic()

        def say(line: str) -> None:
            self.stdout.write(f"[{time.monotonic() - begun_s:7.1f} s] {line}")
            self.stdout.flush()

        try:
            built = build_map(options["extract"], options["into"], say=say)
        except MapError as error:
            raise CommandError(str(error)) from error
        say(f"map {built.version} from {built.extract} is ready in {options['into']}")
