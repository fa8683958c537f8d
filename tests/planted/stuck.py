"""The web application with doors that make a process's event loop or its committer stick."""

import threading
from typing import Any

from config.asgi import application as good
from config.bodies import Receive, Scope, Send
from telematics.ingest.committer import committer

STUCK_S = 120.0


def _for_long(*_anything: Any) -> Any:
    threading.Event().wait(STUCK_S)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http" and scope["path"] == "/planted/loop":
        _for_long()
    if scope["type"] == "http" and scope["path"] == "/planted/committer":
        committer()._keep = _for_long  # type: ignore[method-assign, assignment]  # planted
    await good(scope, receive, send)
