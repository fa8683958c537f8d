"""Arrays as PostgreSQL writes them on the wire: far cheaper than adapting value by value."""

import struct
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

_HEAD = struct.Struct(">iiIii")
_SIZE = struct.Struct(">i")
_TEXT_OID = 25


class _Array:
    """A ready array; the subclass says of what."""

    def __init__(self, wire: bytes) -> None:
        self.wire = wire


class SmallintArray(_Array):
    """Ready `smallint[]`."""


class IntegerArray(_Array):
    """Ready `integer[]`."""


class BigintArray(_Array):
    """Ready `bigint[]`."""


class TimestamptzArray(_Array):
    """Ready `timestamptz[]`, of microseconds since 2000."""


class TextArray(_Array):
    """Ready `text[]`."""


def _dumper(array_oid: int) -> type[Dumper]:
    class ArrayDumper(Dumper):
        format = Format.BINARY
        oid = array_oid

        def dump(self, obj: Any) -> Buffer:
            return obj.wire  # type: ignore[no-any-return]  # an _Array

    return ArrayDumper


_DUMPERS = {
    SmallintArray: _dumper(1005),
    IntegerArray: _dumper(1007),
    BigintArray: _dumper(1016),
    TimestamptzArray: _dumper(1185),
    TextArray: _dumper(1009),
}
# Class, oid of an element, and how a value and its size lie on the wire, by the elements' SQL type.
_KINDS: dict[str, tuple[type[_Array], int, np.dtype[Any]]] = {
    kind: (array, oid, np.dtype([("size", ">i4"), ("value", f">i{size}")]))
    for kind, array, oid, size in (
        ("smallint", SmallintArray, 21, 2),
        ("integer", IntegerArray, 23, 4),
        ("bigint", BigintArray, 20, 8),
        ("timestamptz", TimestamptzArray, 1184, 8),
    )
}


def teach(connection: Connection[Any]) -> None:
    """Let a connection send these arrays."""
    for kind, dumper in _DUMPERS.items():
        connection.adapters.register_dumper(kind, dumper)


def numbers(values: NDArray[Any] | Sequence[int], kind: str) -> _Array:
    """Return whole numbers as an array of an SQL type; timestamptz in microseconds since 2000."""
    array, oid, cell = _KINDS[kind]
    count = len(values)
    if count == 0:
        return array(_HEAD.pack(0, 0, oid, 0, 1)[:12])
    wire = np.empty(count, dtype=cell)
    wire["size"] = cell["value"].itemsize
    wire["value"] = values
    return array(_HEAD.pack(1, 0, oid, count, 1) + wire.tobytes())


def texts(values: Iterable[str | None]) -> TextArray:
    """Return texts as a `text[]`; None is NULL."""
    parts = []
    for value in values:
        if value is None:
            parts.append(b"\xff\xff\xff\xff")
        else:
            each = value.encode()
            parts.append(_SIZE.pack(len(each)) + each)
    if not parts:
        return TextArray(_HEAD.pack(0, 0, _TEXT_OID, 0, 1)[:12])
    return TextArray(_HEAD.pack(1, 1, _TEXT_OID, len(parts), 1) + b"".join(parts))
