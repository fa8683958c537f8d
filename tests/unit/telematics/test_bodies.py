"""A body costs bounded memory, however it is packed."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from telematics.ingest.body import BODY_MAX_BYTES, BodyRefusedError, inflate
from telematics.ingest.decode import decode_reports


def peak_bytes(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        with pytest.raises(BodyRefusedError) as refusal:
            work()
        assert refusal.value.code in {"too_large", "too_many"}
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def bomb(inflated_mib: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    packed = [packer.compress(bytes(1 << 20)) for _ in range(inflated_mib)]
    return b"".join([*packed, packer.flush()])


def test_a_bomb_of_a_gibibyte_costs_what_the_limit_allows() -> None:
    packed = bomb(1024)
    assert len(packed) <= BODY_MAX_BYTES, "it fits into a request"
    assert peak_bytes(lambda: inflate(packed)) < 20 << 20


def test_eight_mebibytes_of_tiny_values_are_not_unpacked() -> None:
    body = inflate(gzip.compress(b"[" + b"1," * ((4 << 20) - 2) + b"1]"))
    assert len(body) == (8 << 20) - 1
    assert peak_bytes(lambda: decode_reports(body)) < 20 << 20
