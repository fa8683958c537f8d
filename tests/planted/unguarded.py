"""The web application, broken on purpose: nobody looks whether the database still answers."""

from config.asgi import django
from config.bodies import Receive, Scope, Send
from telematics.ingest import door


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Let reports in by their door, and everything else wait for Django."""
    if scope["type"] == "http" and scope["path"] == door.PATH:
        await door.reports(scope, receive, send)
    else:
        await django(scope, receive, send)
