"""Positions from Chinese map datums to WGS-84 and back.

GNSS receivers give WGS-84. Chinese map services publish GCJ-02 (shifted by 350-550 m in our
cities), Baidu publishes BD-09 (0.9-1.4 km): more than any yard's fence. We store WGS-84 only, and
convert where data come in and where links go out.

Notes
-----
"In China" is a rectangle, as in every common library, so points of neighbouring countries are
shifted as well. The way back is found by fixed-point iteration, to under a millimetre.
"""

from __future__ import annotations

from enum import StrEnum
from math import atan2, cos, hypot, pi, radians, sin, sqrt

_SEMI_MAJOR_AXIS_M = 6_378_245.0  # Krasovsky 1940
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
_BD_TURN = pi * 3000.0 / 180.0
_ITERATIONS = 10
_CLOSE_ENOUGH_DEG = 1e-10

type Position = tuple[float, float]


class Datum(StrEnum):
    """What a pair of latitude and longitude is measured against."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def is_shifted_area(latitude_deg: float, longitude_deg: float) -> bool:
    """Whether map services shift this position: a rectangle around China."""
    return 0.8293 <= latitude_deg <= 55.8271 and 72.004 <= longitude_deg <= 137.8347


def _shift_deg(latitude_deg: float, longitude_deg: float) -> Position:
    """How far GCJ-02 moves a WGS-84 position, in degrees."""
    x, y = longitude_deg - 105.0, latitude_deg - 35.0
    waves = 20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (waves + 20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (waves + 20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    latitude = radians(latitude_deg)
    magic = 1 - _ECCENTRICITY_SQUARED * sin(latitude) ** 2
    meridian_m = _SEMI_MAJOR_AXIS_M * (1 - _ECCENTRICITY_SQUARED) / magic**1.5
    parallel_m = _SEMI_MAJOR_AXIS_M / sqrt(magic) * cos(latitude)
    return north * 180 / (meridian_m * pi), east * 180 / (parallel_m * pi)


def wgs84_to_gcj02(latitude_deg: float, longitude_deg: float) -> Position:
    """Position as Amap and Tencent show it."""
    if not is_shifted_area(latitude_deg, longitude_deg):
        return latitude_deg, longitude_deg
    north, east = _shift_deg(latitude_deg, longitude_deg)
    return latitude_deg + north, longitude_deg + east


def gcj02_to_wgs84(latitude_deg: float, longitude_deg: float) -> Position:
    """Position a GNSS receiver would give, from one of Amap or Tencent."""
    latitude, longitude = latitude_deg, longitude_deg
    for _ in range(_ITERATIONS):
        there = wgs84_to_gcj02(latitude, longitude)
        north, east = latitude_deg - there[0], longitude_deg - there[1]
        latitude, longitude = latitude + north, longitude + east
        if max(abs(north), abs(east)) < _CLOSE_ENOUGH_DEG:
            break
    return latitude, longitude


def gcj02_to_bd09(latitude_deg: float, longitude_deg: float) -> Position:
    """Position as Baidu shows it, from one of Amap."""
    radius = hypot(longitude_deg, latitude_deg) + 0.000_02 * sin(latitude_deg * _BD_TURN)
    angle = atan2(latitude_deg, longitude_deg) + 0.000_003 * cos(longitude_deg * _BD_TURN)
    return radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065


def bd09_to_gcj02(latitude_deg: float, longitude_deg: float) -> Position:
    """Position as Amap shows it, from one of Baidu."""
    latitude, longitude = latitude_deg - 0.006, longitude_deg - 0.0065
    for _ in range(_ITERATIONS):
        there = gcj02_to_bd09(latitude, longitude)
        north, east = latitude_deg - there[0], longitude_deg - there[1]
        latitude, longitude = latitude + north, longitude + east
        if max(abs(north), abs(east)) < _CLOSE_ENOUGH_DEG:
            break
    return latitude, longitude


def to_wgs84(latitude_deg: float, longitude_deg: float, datum: Datum) -> Position:
    """Position in WGS-84, from whatever datum the source speaks.

    Parameters
    ----------
    datum
        A `Datum` or its text; anything else raises ValueError.
    """
    match Datum(datum):
        case Datum.WGS84:
            return latitude_deg, longitude_deg
        case Datum.GCJ02:
            return gcj02_to_wgs84(latitude_deg, longitude_deg)
        case Datum.BD09:
            return gcj02_to_wgs84(*bd09_to_gcj02(latitude_deg, longitude_deg))


def from_wgs84(latitude_deg: float, longitude_deg: float, datum: Datum) -> Position:
    """Position in the datum a map link wants, from the WGS-84 we store."""
    match Datum(datum):
        case Datum.WGS84:
            return latitude_deg, longitude_deg
        case Datum.GCJ02:
            return wgs84_to_gcj02(latitude_deg, longitude_deg)
        case Datum.BD09:
            return gcj02_to_bd09(*wgs84_to_gcj02(latitude_deg, longitude_deg))
