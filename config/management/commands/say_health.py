"""Print what /readyz would answer, a part a line; for `make doctor` and people on the machine."""

from typing import Any

from django.core.management.base import BaseCommand

from config.health import parts, told


class Command(BaseCommand):
    """Each line is the part's name and `ok`, or what is wrong with it; a dot begins news."""

    help = "Print the health of the service, part by part."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the lines."""
        found = parts()
        for name, said in found.items():
            self.stdout.write(f"{name} {said}")
        for name, said in told(found).items():
            self.stdout.write(f". {name} {said}")
