"""The web application, for granian: `granian --interface asginl config.asgi:application`."""

import gc
import os

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_asgi_application()

from config import liveness
from config.bodies import App, BodyLimit, Receive, Scope, Send
from config.outage import DatabaseWatch, Guard
from telematics.ingest import door
from telematics.ingest.pulse import pulse

rest: App = BodyLimit(Guard(django, DatabaseWatch(settings.DATABASE_URL)))

# What is loaded by now stays: the collector need not look at it again, nor at what thousands of
# requests hold while they wait: docs/explanation/{ingest,overload}.md have the figures.
gc.collect()
gc.freeze()
gc.set_threshold(500_000, 20, 50)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Let reports in by their own door, everything else by Django's; say that the process lives."""
    pulse.begin()
    if scope["type"] == "http" and scope["path"] == door.PATH:
        await door.reports(scope, receive, send)
    elif scope["type"] == "http" and liveness.is_asked(scope):
        await liveness.livez(scope, send, version=settings.VERSION)
    else:
        await rest(scope, receive, send)
