"""A PMTiles file of a few hundred bytes: land everywhere, with canals from west to east."""

import json
import struct

EXTENT = 4096
ZOOMS = 8  # 0 to 7, the same tile everywhere; beyond them a map draws the last ones larger
CANAL = EXTENT // 64  # one in two such strips is water
LAND, WATER = "earth", "water"


def pmtiles_bytes() -> bytes:
    """Return the file, version 3 of the format, nothing compressed."""
    tile = _layer(LAND, height=EXTENT) + _layer(WATER, height=CANAL)
    count = (4**ZOOMS - 1) // 3
    # One entry: from tile 0 on, `count` of them, all with the same content at offset 0.
    directory = b"".join(map(_varint, (1, 0, count, len(tile), 1)))
    metadata = json.dumps({"name": "test"}).encode()
    begin = 127
    header = b"PMTiles\x03" + struct.pack(
        "<11Q",
        *(begin, len(directory)),
        *(begin + len(directory), len(metadata)),
        *(0, 0),
        *(begin + len(directory) + len(metadata), len(tile)),
        *(count, 1, 1),
    )
    header += struct.pack("<6B", 1, 1, 1, 1, 0, ZOOMS - 1)  # clustered, plain, plain, MVT, zooms
    header += struct.pack("<4iB2i", *_e7(-180, -85, 180, 85), 0, *_e7(118, 39))
    assert len(header) == begin
    return header + directory + metadata + tile


def _e7(*degrees: int) -> list[int]:
    return [round(each * 1e7) for each in degrees]


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _layer(name: str, *, height: int) -> bytes:
    """Return a layer of a vector tile: strips as wide as the tile, each second one left out."""

    def zigzag(value: int) -> int:
        return value << 1 ^ value >> 31

    moves: list[int] = []
    below = 0  # where the strip before ended
    for top in range(0, EXTENT, 2 * height):
        strip = (EXTENT, 0, 0, height, -EXTENT, 0)
        moves += [9, 0, zigzag(top - below), 26, *map(zigzag, strip), 15]
        below = top + height
    geometry = b"".join(map(_varint, moves))
    feature = _field(2, bytes([0, 0])) + b"\x18\x03" + _field(4, geometry)
    kind = _field(1, b"ocean" if name == WATER else b"earth")
    body = _field(1, name.encode()) + _field(2, feature) + _field(3, b"kind") + _field(4, kind)
    body += b"\x28" + _varint(EXTENT) + b"\x78\x02"
    return _field(3, body)
