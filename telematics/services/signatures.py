"""Requests signed with a device's key, so that the key itself need not travel.

What is stored of a key, its SHA-256, is what both sides sign with (docs/how-to/sign-reports.md).
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from django.db import connection

from telematics.models import DeviceKey
from telematics.services.keys import KeyRefusedError, RevokedKeyError, UnknownKeyError

SCHEME = "YZ-HMAC-SHA256"
SEQ_MAX = 2**63 - 1
_PARTS = {"device", "seq", "signature"}

CLAIM = """
INSERT INTO telematics_signedsequence AS known (key_id, seq) VALUES (%s, %s)
ON CONFLICT (key_id) DO UPDATE SET seq = excluded.seq WHERE known.seq < excluded.seq
RETURNING seq
"""
CLAIMED = "SELECT seq FROM telematics_signedsequence WHERE key_id = %s"


class BadSignatureError(KeyRefusedError):
    """The header cannot be read, or no live key of the device made this signature."""

    code = "bad_signature"
    sentence = "No live key of this device made this signature for this request."


class StaleSequenceError(KeyRefusedError):
    """The signature is good, but its number was used or passed: a replay, or out of order."""

    code = "stale_sequence"

    def __init__(self, last_seq: int) -> None:
        super().__init__(f"The last number was {last_seq}. Sign again with a higher one.")


@dataclass(frozen=True, slots=True)
class Signed:
    """What the `Authorization` header of a signed request says."""

    serial: str
    seq: int
    signature: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request is signed: `target` is the path with its query, `body` as it was sent."""

    method: str
    target: str
    body: bytes


def read_signed(authorization: bytes) -> Signed | None:
    """Return what a header of our scheme says; None if it is of another scheme.

    Raises
    ------
    BadSignatureError
    """
    scheme, _, rest = authorization.partition(b" ")
    if scheme.upper() != SCHEME.encode():
        return None
    parts = dict(_part(part) for part in rest.decode("latin-1").split(","))
    seq, signature = parts.get("seq", ""), parts.get("signature", "").lower()
    is_number = seq.isascii() and seq.isdecimal() and len(seq) <= 19 and int(seq) <= SEQ_MAX
    if {*parts} != _PARTS or not is_number or not signature.isascii():
        raise BadSignatureError(
            f"Write `Authorization: {SCHEME} device=..., seq=..., signature=...`."
        )
    serial = unquote_to_bytes(parts["device"]).decode(errors="replace")
    return Signed(serial, int(seq), signature)


def signature_of(key_sha256: bytes, asked: Asked, *, serial: str, seq: int) -> str:
    """Return the signature of a request in hexadecimal: four lines, then the body."""
    lines = f"{asked.method}\n{asked.target}\n{serial}\n{seq}\n".encode()
    return hmac.new(key_sha256, lines + asked.body, hashlib.sha256).hexdigest()


def is_made_with(key_sha256: bytes, signed: Signed, asked: Asked) -> bool:
    """Say whether a key made this signature for this request."""
    made = signature_of(key_sha256, asked, serial=signed.serial, seq=signed.seq)
    return hmac.compare_digest(made, signed.signature)


def key_of_signed(signed: Signed, asked: Asked) -> DeviceKey:
    """Return the live key that made the signature, by Django's connection, and use its number up.

    Raises
    ------
    UnknownKeyError, RevokedKeyError, BadSignatureError, StaleSequenceError
    """
    relations = ("device__truck", "device__station", "device__operator")
    keys = [*DeviceKey.objects.select_related(*relations).filter(device__serial=signed.serial)]
    live = [key for key in keys if key.revoked_at is None and key.device.is_active]
    if not live:
        raise RevokedKeyError if keys else UnknownKeyError
    for key in live:
        if is_made_with(bytes(key.key_sha256), signed, asked):
            with connection.cursor() as cursor:
                use_up(cursor, key_id=key.pk, seq=signed.seq)
            return key
    raise BadSignatureError


def use_up(cursor: Any, *, key_id: int, seq: int) -> None:
    """Use up the number of a signed request: each must be higher than all before it.

    A number that only had to be new would need a memory of all that were seen; a unit has one
    queue, so order costs it nothing, and whoever comes too late signs the same reports again.

    Raises
    ------
    StaleSequenceError
        It says the last number.
    """
    cursor.execute(CLAIM, [key_id, seq])
    if cursor.fetchone():
        return
    cursor.execute(CLAIMED, [key_id])
    raise StaleSequenceError(cursor.fetchone()[0])


def _part(part: str) -> tuple[str, str]:
    name, _, value = part.strip().partition("=")
    return name.lower(), value.strip().strip('"')
