"""Signatures of requests: the vector of the page, and nothing else passes."""

import hashlib
import random
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telematics.services.signatures import (
    Asked,
    BadSignatureError,
    Signed,
    is_made_with,
    read_signed,
    signature_of,
)

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "sign-reports.md"
VECTOR = {
    name: re.findall(r"`([^`]+)`", cells)
    for name, cells in re.findall(r"(?m)^\| ([^|]+) \| (`.*`) \|$", PAGE.read_text())
}
[KEY], [K], [SERIAL], [SEQ] = (VECTOR[n] for n in ("key", "K", "serial number", "number"))
[BODY], [SIGNATURE] = VECTOR["body (127 bytes)"], VECTOR["signature"]
METHOD, PATH = VECTOR["method, path"]
ASKED = Asked(METHOD, PATH, BODY.encode())


def test_the_vector_of_the_page() -> None:
    key_sha256 = hashlib.sha256(KEY.encode()).digest()
    assert key_sha256.hex() == K
    assert len(BODY) == 127
    assert signature_of(key_sha256, ASKED, serial=SERIAL, seq=int(SEQ)) == SIGNATURE


def test_any_flipped_bit_of_what_is_signed_is_noticed() -> None:
    key_sha256 = bytes.fromhex(K)
    chance = random.Random(4)  # noqa: S311  chooses bits, hides nothing
    whole = [METHOD.encode(), PATH.encode(), SERIAL.encode(), SEQ.encode(), BODY.encode()]
    for _ in range(10_000):
        parts = [bytearray(part) for part in whole]
        part = chance.choice(parts)
        part[chance.randrange(len(part))] ^= 1 << chance.randrange(7)
        method, path, serial, seq, body = (bytes(part) for part in parts)
        signed = Signed(serial.decode(), int(seq) if seq.isdigit() else 0, SIGNATURE)
        assert not is_made_with(key_sha256, signed, Asked(method.decode(), path.decode(), body))


def test_another_key_and_another_signature_are_noticed() -> None:
    signed = Signed(SERIAL, int(SEQ), SIGNATURE)
    assert is_made_with(bytes.fromhex(K), signed, ASKED)
    assert not is_made_with(hashlib.sha256(b"another").digest(), signed, ASKED)
    assert not is_made_with(bytes.fromhex(K), Signed(SERIAL, int(SEQ), ""), ASKED)


@given(st.text(min_size=1, max_size=60), st.integers(0, 2**63 - 1))
def test_a_header_says_what_was_written_into_it(serial: str, seq: int) -> None:
    serial = serial.encode(errors="replace").decode()
    header = f"yz-hmac-sha256 signature=AB, seq={seq} ,device={quote(serial, safe='')}"
    assert read_signed(header.encode()) == Signed(serial, seq, "ab")


@pytest.mark.parametrize("header", [b"", b"Bearer yz_obu_x", b"Basic eDp5"])
def test_other_schemes_are_none_of_ours(header: bytes) -> None:
    assert read_signed(header) is None


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b"device=a, seq=1",
        b"device=a, seq=-1, signature=00",
        b"device=a, seq=9223372036854775808, signature=00",
        b"device=a, seq=1.5, signature=00",
        "device=a, seq=١, signature=00".encode(),
        b"device=a, seq=1, signature=\xe9",
        b"device=a, seq=1, signature=00, more=1",
    ],
)
def test_what_cannot_be_read_is_a_bad_signature(rest: bytes) -> None:
    with pytest.raises(BadSignatureError, match=r"Write `Authorization"):
        read_signed(b"YZ-HMAC-SHA256 " + rest)
