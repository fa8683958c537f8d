"""A line between a phone and the service that is cut, loses answers, and comes back."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class PhoneLine:
    """Carries bytes to `port` while `is_up`; with `loses_answers` what the service says is dropped.

    `rewrites` are pairs of bytes of one length: what the service says is changed so on its way.
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.is_up = True
        self.loses_answers = False
        self.rewrites: list[tuple[bytes, bytes]] = []
        self.door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.door.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.ends: set[socket.socket] = set()
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self, *, loses_answers: bool = False) -> None:
        """Take the line down; with `loses_answers` what is asked still arrives there."""
        self.loses_answers = loses_answers
        self.is_up = loses_answers
        self._drop_all()

    def mend(self) -> None:
        """Bring the line back."""
        self._drop_all()
        self.loses_answers, self.is_up = False, True

    def _drop_all(self) -> None:
        for end in list(self.ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            try:
                phone, _ = self.door.accept()
            except OSError:
                return
            if not self.is_up:
                phone.close()
                continue
            try:
                service = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                phone.close()
                continue
            self.ends |= {phone, service}
            for source, to, is_answer in ((phone, service, False), (service, phone, True)):
                threading.Thread(
                    target=self._pump, args=(source, to, is_answer), daemon=True
                ).start()

    def _pump(self, source: socket.socket, to: socket.socket, is_answer: bool) -> None:
        try:
            while part := source.recv(65536):
                if is_answer and self.loses_answers:
                    break
                for old, new in self.rewrites if is_answer else ():
                    part = part.replace(old, new)
                to.sendall(part)
        except OSError:
            pass
        for end in (source, to):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
            self.ends.discard(end)


@contextlib.contextmanager
def phone_line(port: int) -> Iterator[PhoneLine]:
    """Open a line to a port of this machine."""
    line = PhoneLine(port)
    try:
        yield line
    finally:
        line.door.close()
        line.cut()
