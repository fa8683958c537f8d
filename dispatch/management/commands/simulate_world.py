import asyncio
import logging
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dispatch.management.world.run import Life
from fleet import clock


class Command(BaseCommand):
    """Let the trucks, drivers and stations of a loaded scenario live against a running service."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the service is, the scenario's file, and what is left to chance."""
        parser.add_argument("--base-url", required=True)
        parser.add_argument("--secrets", type=Path, required=True)
        parser.add_argument("--seed", type=int, help="default: the scenario's")
        parser.add_argument(
            "--speed", type=float, help="must be the service's CLOCK_RATE, from which it is taken"
        )

    def handle(self, **options: Any) -> None:
        """Run until stopped."""
        speed = options["speed"]
        if speed is not None and speed != settings.CLOCK_RATE:
            raise CommandError(
                f"--speed {speed:g}, but the service's clock runs at {settings.CLOCK_RATE:g}:"
                " give this process the CLOCK_ settings of the service."
            )
        if not options["secrets"].exists():
            raise CommandError(f"{options['secrets']} is missing: run load_scenario first.")
        life = Life(
            base_url=options["base_url"],
            secrets=options["secrets"],
            seed=options["seed"],
            now_s=lambda: clock.now().timestamp(),
            say=self._say,
        )
        logging.getLogger("httpx").setLevel(logging.WARNING)  # a line a request is too many
        asyncio.run(life.run())

    def _say(self, line: str) -> None:
        self.stdout.write(f"{clock.now():%H:%M:%S} {line}")
        self.stdout.flush()
