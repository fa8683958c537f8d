"""Play the gateways of WeChat and of text messages, and show what was sent."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from dispatch.management.gateways.play import Gateways
from dispatch.management.gateways.server import GatewayServer


class Command(BaseCommand):
    """Run until stopped; set SMS_URL and WECHAT_URL to its address."""

    help = "Play WeChat and an SMS gateway on this machine; GET / shows the messages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the port and the file."""
        parser.add_argument("--port", type=int, default=8026)
        parser.add_argument("--log", type=Path, default=None, help="messages, a JSON line each")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve."""
        gateways = Gateways(log=options["log"], tencent_secret=settings.TENCENT_SECRET_KEY)
        server = GatewayServer(gateways, port=options["port"])
        self.stdout.write(f"messages are shown at {server.url}")
        server.serve_forever()
