from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dispatch.management.scenario.build import build_scenario, refresh_links
from dispatch.management.scenario.paper import read_roster, write_roster
from dispatch.simulation.tangshan import REGION_CODE
from fleet import clock
from fleet.models import Region
from telematics.services.partitions import keep_partitions


class Command(BaseCommand):
    """Build the Tangshan scenario; a second time, only make new links for its drivers."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Size, seed, and the file for keys, links and passwords."""
        parser.add_argument("--trucks", type=int, default=60)
        parser.add_argument("--stations", type=int, default=6)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--visitor", action="store_true", help="one truck more, for reports sent by hand"
        )
        parser.add_argument("--secrets", type=Path, required=True)

    def handle(self, **options: Any) -> None:
        """Build or refresh, then write the file and print who can sign in."""
        path: Path = options["secrets"]
        now = clock.now()
        if Region.objects.filter(code=REGION_CODE).exists():
            if not path.exists():
                raise CommandError(
                    f"The scenario is there, but {path} is not: keys are shown only once."
                    " Start again with an empty database."
                )
            roster = refresh_links(read_roster(path), now=now)
            self.stdout.write("The scenario is there already; its drivers have new links.")
        else:
            sizes = {name: options[name] for name in ("trucks", "stations", "seed", "visitor")}
            try:
                roster = build_scenario(**sizes, now=now)
            except ValueError as error:
                raise CommandError(str(error)) from error
            self.stdout.write(
                f"Tangshan: {len(roster.trucks)} trucks, {len(roster.stations)} swap stations."
            )
        keep_partitions(now=now, retention=timedelta(days=settings.REPORT_RETENTION_DAYS))
        write_roster(path, roster)
        for login in roster.logins:
            self.stdout.write(f"{login.role:<17} {login.username} / {login.password}  {login.path}")
        self.stdout.write(f"{'driver':<17} {roster.driver_link}")
