from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from fleet import clock
from telematics.services.partitions import keep_history


class Command(BaseCommand):
    """Make the report partitions of the days ahead and drop those past retention."""

    help = "Make the report partitions of the days ahead and drop those past retention."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  the framework passes it
        """Say in one line what was done."""
        done = keep_history(
            now=clock.now(),
            reports=timedelta(days=settings.REPORT_RETENTION_DAYS),
            rollups=timedelta(days=settings.ROLLUP_RETENTION_DAYS),
            days=timedelta(days=settings.TRUCK_DAY_RETENTION_DAYS),
        )
        self.stdout.write(
            f"{len(done.made)} days made, {len(done.dropped)} dropped, "
            f"{done.brought_home} stray reports brought home."
        )
