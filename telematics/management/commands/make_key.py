from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fleet import clock
from telematics.models import Device
from telematics.services.keys import TwoKeysLiveError, make_key


class Command(BaseCommand):
    """Make a key for a device and print it, this once."""

    help = "Make a key for a device and print it, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the device's serial number."""
        parser.add_argument("serial", help="serial number of the device")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  the framework passes it
        """Print the key and nothing else, so that it can be piped."""
        device = Device.objects.filter(serial=options["serial"]).first()
        if device is None:
            raise CommandError(f"No device has the serial number {options['serial']}.")
        try:
            self.stdout.write(make_key(device, now=clock.now()))
        except TwoKeysLiveError as error:
            raise CommandError(str(error)) from error
