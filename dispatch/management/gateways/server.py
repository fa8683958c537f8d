"""An HTTP server in front of the gateways, and a page that shows what they took."""

import json
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from dispatch.management.gateways.play import Gateways

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Messages</title>
<meta http-equiv="refresh" content="3"><h1>{count} messages</h1><table>{rows}</table></html>"""
MOST_BYTES = 64 * 1024
SHOWN = 200


class GatewayServer(ThreadingHTTPServer):
    """Listens on this machine alone."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, gateways: Gateways, *, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.gateways = gateways

    @property
    def url(self) -> str:
        """Return the address to set as SMS_URL and WECHAT_URL."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """One call."""

    server: GatewayServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take a message, or do what `/faults` says."""
        length = min(int(self.headers.get("Content-Length", 0)), MOST_BYTES)
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, body = self.server.gateways.answer(self.path, headers, self.rfile.read(length))
        self._answer(status, "application/json", json.dumps(body))

    def do_GET(self) -> None:
        """Show the newest messages: as JSON at `/messages`, as a page elsewhere."""
        messages = self.server.gateways.messages
        if self.path == "/messages":
            rows: Any = [[m.channel, m.to, m.text, m.key] for m in messages]
            return self._answer(200, "application/json", json.dumps(rows, ensure_ascii=False))
        shown = "".join(
            f"<tr><td>{m.number}<td>{m.channel}<td>{escape(m.to)}<td>{escape(m.text)}"
            for m in reversed(messages[-SHOWN:])
        )
        page = PAGE.format(count=len(messages), rows=shown)
        return self._answer(200, "text/html; charset=utf-8", page)

    def _answer(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- its base's name
        """Say nothing: numbers of phones are nobody's business on a terminal."""
