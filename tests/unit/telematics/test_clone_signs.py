"""Two units with one key give themselves away; one unit, whatever befalls it, never does."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telematics.services.clones.signs import Heard, Sign, signs
from tests.builders import NOW


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def run(
    *,
    boot: str,
    start_s: float = 0,
    end_s: float = 120,
    every_s: float = 10,
    first_seq: int = 0,
    latitude_deg: float = 39.2,
    odometer_km: float | None = 1000,
    delay_s: float = 1,
    clock_s: float = 0,
) -> list[Heard]:
    """Return what a unit reports from one start to the next, heading north at 72 km/h."""
    heard = []
    n = 0
    while start_s + n * every_s < end_s:
        at_s = start_s + n * every_s
        heard.append(
            Heard(
                recorded_at=NOW + s(at_s + clock_s),
                received_at=NOW + s(at_s + delay_s),
                boot_id=boot,
                seq=first_seq + n,
                latitude_deg=latitude_deg + at_s * 20 / 111_200,
                longitude_deg=119.0,
                odometer_km=None if odometer_km is None else odometer_km + at_s * 0.02,
            )
        )
        n += 1
    return heard


def kinds(heard: Sequence[Heard]) -> set[str]:
    return {sign.kind for sign in signs(heard)}


def test_two_units_of_two_starts_are_found_by_their_boots() -> None:
    both = run(boot="a") + run(boot="b", start_s=3, odometer_km=1000.06)
    assert kinds(both) == {"boots"}
    [sign] = signs(both)
    assert sign == Sign("boots", sign.times, NOW + s(3), sign.last_at)
    assert sign.times >= 10


@pytest.mark.parametrize("boot", ["same", ""])
def test_two_units_of_one_start_are_found_by_their_numbers_or_their_tracks(boot: str) -> None:
    far = run(boot=boot, start_s=3, first_seq=500, latitude_deg=40.0, odometer_km=77_000)
    expected = {"numbers", "tracks"} if boot else {"tracks"}
    assert kinds(run(boot=boot) + far) == expected


def test_copies_with_equal_numbers_are_found_where_they_are() -> None:
    near, far = run(boot="x"), run(boot="x", start_s=4, latitude_deg=39.5, odometer_km=None)
    assert kinds([*near, *far]) == {"tracks"}


def test_it_takes_a_minute() -> None:
    both = run(boot="a") + run(boot="b", start_s=3)
    soon = [each for each in both if each.received_at <= NOW + s(60)]
    assert signs(soon)


def test_one_restart_and_what_it_left_in_the_buffer_are_no_sign() -> None:
    first = run(boot="a", end_s=60)
    second = run(boot="b", start_s=62)
    late = [
        Heard(e.recorded_at, NOW + s(70 + n), e.boot_id, e.seq, e.latitude_deg, e.longitude_deg)
        for n, e in enumerate(first[3:])
    ]
    assert signs([*first[:3], *late, *second]) == []


def test_a_fix_that_jumps_there_and_back_is_no_other_truck() -> None:
    heard = run(boot="a", every_s=5)
    jumping = [
        Heard(e.recorded_at, e.received_at, "a", e.seq, 30.0, 110.0, e.odometer_km) if n % 2 else e
        for n, e in enumerate(heard)
    ]
    assert signs(jumping) == []
    assert kinds(
        [
            Heard(e.recorded_at, e.received_at, "a", e.seq, e.latitude_deg, e.longitude_deg)
            for e in jumping
        ]
    ) == {"tracks"}, "without an odometer it cannot be told"


@st.composite
def lives(draw: st.DrawFn) -> list[Heard]:
    """One unit's ten minutes: restarts, clocks set anew at each, buffers that empty late."""
    names_boots = draw(st.booleans())
    heard: list[Heard] = []
    at_s, number = 0.0, 0
    while at_s < 600:
        lasts_s = draw(st.floats(4, 200))
        heard += run(
            boot=f"b{number}" if names_boots else draw(st.sampled_from(["", "always"])),
            start_s=at_s,
            end_s=at_s + lasts_s,
            every_s=draw(st.sampled_from([1, 5, 10, 15])),
            clock_s=draw(st.sampled_from([0, 0, -600, 30]) | st.floats(-20, 20)),
            delay_s=0,
        )
        at_s += lasts_s + draw(st.floats(1, 60))
        number += 1
    delays_s = draw(
        st.lists(
            st.sampled_from([0.5, 0.5, 0.5, 1, 3, 8, 19, 100]),
            min_size=len(heard),
            max_size=len(heard),
        )
    )
    lost = draw(st.sets(st.integers(0, len(heard)), max_size=len(heard) // 5))
    return [
        Heard(
            e.recorded_at,
            e.received_at + s(delay_s),
            e.boot_id,
            e.seq,
            e.latitude_deg,
            e.longitude_deg,
            e.odometer_km,
        )
        for n, (e, delay_s) in enumerate(zip(heard, delays_s, strict=True))
        if n not in lost
    ]


@given(lives(), st.randoms(use_true_random=False))
def test_one_unit_is_never_taken_for_two(heard: list[Heard], chance: object) -> None:
    chance.shuffle(heard)  # type: ignore[attr-defined]  # a Random
    assert signs(heard) == []


@given(
    st.sampled_from([5, 10, 15]),
    st.floats(0, 15),
    st.floats(-8, 8),
    st.sampled_from([0.2, 1, 4]),
)
def test_two_units_are_always_found_within_two_minutes(
    every_s: float, shift_s: float, clock_s: float, delay_s: float
) -> None:
    one = run(boot="a", every_s=every_s, end_s=150)
    other = run(
        boot="b", every_s=every_s, start_s=shift_s, end_s=150, clock_s=clock_s, delay_s=delay_s
    )
    assert "boots" in kinds([*one, *other])
