from math import cos, hypot, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telematics.protocols.datum import (
    Datum,
    Position,
    from_wgs84,
    is_shifted_area,
    to_wgs84,
    wgs84_to_gcj02,
)

# WGS-84, GCJ-02, BD-09: reference values computed with geocoordinates-rs 0.14.2.
VECTORS: list[tuple[Position, Position, Position]] = [
    ((38.93, 118.5), (38.9308979, 118.5059721), (38.9365625, 118.5125920)),  # Caofeidian
    ((39.21, 119.02), (39.2111383, 119.0261027), (39.2173987, 119.0324959)),  # Jingtang Port
    ((40.02, 118.6), (40.0210891, 118.6058549), (40.0268261, 118.6124424)),  # Qian'an
    ((40.14, 118.31), (40.1413363, 118.3162613), (40.1476840, 118.3226419)),  # Qianxi
    ((41.78, 109.97), (41.7818465, 109.9758764), (41.7875307, 109.9825158)),  # Bayan Obo
    ((40.66, 109.75), (40.6612647, 109.7558536), (40.6670368, 109.7624204)),  # Baotou Steel
    ((28.79, 104.68), (28.7866649, 104.6824958), (28.7924703, 104.6890359)),  # Yibin port
    ((30.88, 104.37), (30.8776988, 104.3726305), (30.8837470, 104.3791354)),  # Qingbaijiang
    ((29.67, 106.76), (29.6673207, 106.7640087), (29.6732272, 106.7705553)),  # Guoyuan port
    ((31.23, 121.47), (31.2280675, 121.4745349), (31.2339867, 121.4810762)),  # Shanghai
    ((43.115, 131.885), (43.1174421, 131.8918613), (43.1237696, 131.8982737)),  # Vladivostok
]


def apart_m(one: Position, other: Position) -> float:
    north, east = one[0] - other[0], (one[1] - other[1]) * cos(radians(one[0]))
    return hypot(north, east) * 111_320


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09"), VECTORS)
def test_reference_values_are_met_within_five_centimetres(
    wgs84: Position, gcj02: Position, bd09: Position
) -> None:
    assert apart_m(from_wgs84(*wgs84, Datum.GCJ02), gcj02) < 0.05
    assert apart_m(from_wgs84(*wgs84, Datum.BD09), bd09) < 0.05
    assert apart_m(to_wgs84(*gcj02, Datum.GCJ02), wgs84) < 0.05
    assert apart_m(to_wgs84(*bd09, Datum.BD09), wgs84) < 0.05


@given(st.floats(1.0, 55.0), st.floats(73.0, 137.0), st.sampled_from(Datum))
def test_there_and_back_is_a_millimetre(latitude: float, longitude: float, datum: Datum) -> None:
    there = from_wgs84(latitude, longitude, datum)
    assert apart_m(to_wgs84(*there, datum), (latitude, longitude)) < 0.001


def test_the_shift_of_our_cities_is_larger_than_a_yard() -> None:
    assert all(350 < apart_m(wgs84, gcj02) < 700 for wgs84, gcj02, _ in VECTORS)


@pytest.mark.parametrize("position", [(48.85, 2.35), (40.7, -74.0), (-33.9, 151.2)])
def test_positions_outside_the_rectangle_stay(position: Position) -> None:
    assert not is_shifted_area(*position)
    assert wgs84_to_gcj02(*position) == position
    assert to_wgs84(*position, Datum.GCJ02) == position


def test_a_datum_may_come_as_text_and_an_unknown_one_is_refused() -> None:
    assert to_wgs84(39.0, 118.0, Datum("wgs84")) == (39.0, 118.0)
    with pytest.raises(ValueError, match="cgcs99"):
        Datum("cgcs99")
