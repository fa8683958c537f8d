"""A small SMTP server for tests: a real socket, mails kept, answers that can be spoilt."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class Sink(socketserver.ThreadingTCPServer):
    """Listens on a port of its own; `refuses` makes it say no to the next mails."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: list[EmailMessage] = []
        self.receivers: list[list[str]] = []
        self.refuses = 0

    @property
    def mailers(self) -> dict[str, Any]:
        """Return Django's MAILERS that lead here."""
        backend = "django.core.mail.backends.smtp.EmailBackend"
        options = {"host": "127.0.0.1", "port": self.server_address[1], "timeout": 10}
        return {"default": {"BACKEND": backend, "OPTIONS": options}}


class _Talk(socketserver.StreamRequestHandler):
    server: Sink

    def handle(self) -> None:
        receivers: list[str] = []
        self._say("220 sink")
        for line in self.rfile:
            verb = line.decode().strip().upper()
            if verb.startswith("RCPT"):
                receivers.append(line.decode().split("<")[1].split(">")[0])
            if verb == "DATA":
                self._say("354 go on")
                self._keep(self._data(), receivers)
                receivers = []
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _keep(self, content: bytes, receivers: list[str]) -> None:
        if self.server.refuses:
            self.server.refuses -= 1
            self._say("451 come again")
            return
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.server.mails.append(message)
        self.server.receivers.append(receivers)
        self._say("250 kept")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """Run a sink for a while."""
    with Sink() as sink:
        thread = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield sink
        finally:
            sink.shutdown()
            thread.join()
