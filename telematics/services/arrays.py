"""Values as PostgreSQL reads them on the wire: far cheaper than adapting one by one."""

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

_HEAD = struct.Struct(">iiIii")
_SIZE = struct.Struct(">i")
_NULL = _SIZE.pack(-1)
_TIME = struct.Struct(">q")
_TEXT_OID = 25
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# Oid of an element, and how its size and value lie on the wire, by the elements' SQL type.
_KINDS: dict[str, tuple[int, np.dtype[Any]]] = {
    kind: (oid, np.dtype([("size", ">i4"), ("value", f">i{size}")]))
    for kind, oid, size in (
        ("smallint", 21, 2),
        ("integer", 23, 4),
        ("bigint", 20, 8),
        ("timestamptz", 1184, 8),
    )
}


def micros(at: datetime) -> int:
    """Return microseconds since 2000, as PostgreSQL counts time."""
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(at: datetime) -> bytes:
    """Return a time as a `timestamptz`."""
    return _TIME.pack(micros(at))


def numbers(values: NDArray[Any] | Sequence[int], kind: str) -> bytes:
    """Return whole numbers as an array of an SQL type; timestamptz in microseconds since 2000."""
    oid, cell = _KINDS[kind]
    count = len(values)
    if count == 0:
        return _empty(oid)
    wire = np.empty(count, dtype=cell)
    wire["size"] = cell["value"].itemsize
    wire["value"] = values
    return _HEAD.pack(1, 0, oid, count, 1) + wire.tobytes()


def texts(values: Iterable[str | None]) -> bytes:
    """Return texts as a `text[]`; None is NULL."""
    parts = []
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            each = value.encode()
            parts.append(_SIZE.pack(len(each)) + each)
    if not parts:
        return _empty(_TEXT_OID)
    return _HEAD.pack(1, 1, _TEXT_OID, len(parts), 1) + b"".join(parts)


def _empty(oid: int) -> bytes:
    return _HEAD.pack(0, 0, oid, 0, 1)[:12]
