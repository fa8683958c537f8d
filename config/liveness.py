"""Whether the web processes of this server live: each says for all, without Django or database."""

import json
import time

from config.bodies import Scope, Send
from telematics.ingest import vitals

# A loop turns every half second and its thread writes every second; the committer cuts a
# connection that says nothing for 8 s. What is much slower than that will not come back.
LOOP_STUCK_S = 15.0
COMMIT_STUCK_S = 20.0


def stuck(now_s: float | None = None) -> list[str]:
    """Return what is stuck in which process; nothing when all is well."""
    now_s = time.monotonic() if now_s is None else now_s
    found = []
    for vital in vitals.living():
        since_s = vital.committing_since_s
        if now_s - min(vital.written_s, vital.looped_s) > LOOP_STUCK_S:
            found.append(f"the event loop of process {vital.pid}")
        elif since_s is not None and now_s - since_s > COMMIT_STUCK_S:
            found.append(f"the committer of process {vital.pid}")
    return found


def said(version: str) -> tuple[int, dict[str, object]]:
    """Return status and body of /livez."""
    if found := stuck():
        return 503, {"status": "stuck", "stuck": found, "version": version}
    return 200, {"status": "alive", "version": version}


def is_asked(scope: Scope) -> bool:
    """Say whether somebody asks /livez."""
    return scope["path"] == "/livez" and scope["method"] in {"GET", "HEAD"}


async def livez(scope: Scope, send: Send, *, version: str) -> None:
    """Answer /livez from the event loop itself: no thread, no middleware, no database."""
    status, body = said(version)
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", b"default-src 'none'"),
    ]
    content = b"" if scope["method"] == "HEAD" else json.dumps(body).encode()
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
