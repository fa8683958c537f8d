"""The web application, for granian: `granian --interface asginl config.asgi:application`."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_asgi_application()

from config.bodies import App, BodyLimit, Receive, Scope, Send  # noqa: E402  after the set-up
from config.outage import DatabaseWatch, Guard  # noqa: E402
from telematics.ingest import door  # noqa: E402

rest: App = BodyLimit(Guard(django, DatabaseWatch(settings.DATABASE_URL)))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Let reports in by their own door, everything else by Django's."""
    if scope["type"] == "http" and scope["path"] == door.PATH:
        await door.reports(scope, receive, send)
    else:
        await rest(scope, receive, send)
