"""Callers who sign: rightly, with another's name, with an old number, or with mere noise."""

import hashlib
import hmac
from random import Random
from urllib.parse import quote

from requests import PreparedRequest

SCHEME = "YZ-HMAC-SHA256"
# What a header may hold: with other characters no request ever reaches the service.
NOISE = [chr(n) for n in range(32, 256) if n != 127]
FORGERIES = ("forged", "replayed", "garbled")


class Signer:
    """Signs requests with the key of a device, each with a higher number than the one before."""

    def __init__(self, serial: str, key: str) -> None:
        self.serial, self.secret = serial, hashlib.sha256(key.encode()).digest()
        self.seq = 0

    def sign(self, request: PreparedRequest, *, how: str, chance: Random) -> None:
        """Write the header of a request that is otherwise ready; `how` may be a kind of forgery."""
        if how == "garbled":
            noise = "".join(chance.choice(NOISE) for _ in range(chance.randint(0, 60)))
            request.headers["Authorization"] = f"{SCHEME} {noise}".encode("latin-1")
            return
        self.seq += how != "replayed"
        body = request.body.encode() if isinstance(request.body, str) else request.body
        told = f"{request.method}\n{request.path_url}\n{self.serial}\n{self.seq}\n".encode()
        text = told + (body if isinstance(body, bytes) else b"")
        signature = hmac.new(self.secret, text, hashlib.sha256).hexdigest()
        if how == "forged":
            signature = signature[::-1]
        request.headers["Authorization"] = (
            f"{SCHEME} device={quote(self.serial)}, seq={self.seq}, signature={signature}"
        )
