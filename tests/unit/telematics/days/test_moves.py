"""Drives and stops of planted days."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telematics.services.days.derive import Slice, derive_day
from telematics.services.days.moves import Kind
from telematics.services.days.track import Fix, ordered
from tests.unit.telematics.days.tracks import DAY, DAY_S, START_S, Script, shifted


def kinds(fixes: list[Fix]) -> list[str]:
    return [part.kind.value for part in derive_day(ordered(fixes), DAY).parts]


def test_a_day_of_two_drives_a_swap_and_a_charge() -> None:
    script = Script().stand(60).drive(60).swap(95.0).drive(30).stand(60, charge=20)
    day = derive_day(ordered(script.fixes), DAY)
    assert [part.kind.value for part in day.parts] == ["stop", "drive", "stop", "drive", "stop"]
    drives, stops = day.of(Kind.DRIVE), day.of(Kind.STOP)
    assert [part.lasts_s / 60 for part in drives] == pytest.approx([60.5, 30.5])
    assert [part.distance_km for part in drives] == pytest.approx([60, 30], abs=0.02)
    assert [part.used_percent for part in drives] == pytest.approx([9, 4.5], abs=0.2)
    assert [part.swaps for part in stops] == [0, 1, 0]
    assert stops[1].swapped_percent == pytest.approx(95 - 71, abs=0.1)
    assert [round(part.charged_percent) for part in stops] == [0, 0, 20]
    assert day.total("distance_km") == pytest.approx(90, abs=0.02)


def test_a_wait_under_three_minutes_is_part_of_the_drive() -> None:
    assert kinds(Script().drive(10).stand(2).drive(10).fixes) == ["drive"]
    assert kinds(Script().drive(10).stand(4).drive(10).fixes) == ["drive", "stop", "drive"]


def test_a_blip_of_speed_does_not_end_a_stop() -> None:
    script = Script().drive(10).stand(30)
    script.fixes[-20] = replace(script.fixes[-20], speed_kmh=9.0)
    assert kinds(script.drive(10).fixes) == ["drive", "stop", "drive"]


def test_a_position_that_jumps_away_and_back_does_not_end_a_stop() -> None:
    script = Script().drive(10).stand(30)
    script.fixes[-20] = replace(script.fixes[-20], latitude_deg=41.0)
    script.fixes[-15] = replace(script.fixes[-15], latitude_deg=0.0, longitude_deg=0.0)
    day = derive_day(ordered(script.drive(10).fixes), DAY)
    assert [part.kind.value for part in day.parts] == ["drive", "stop", "drive"]
    assert day.total("distance_km") == pytest.approx(20, abs=0.02)


def test_a_restart_of_the_unit_does_not_end_a_drive() -> None:
    script = Script().drive(10).off(0.5)
    assert kinds(script.drive(10).fixes) == ["drive"]


def test_a_unit_switched_off_for_the_night_is_one_stop() -> None:
    assert kinds(Script().drive(10).stand(5).off(300).stand(5).drive(10).fixes) == [
        "drive",
        "stop",
        "drive",
    ]


def test_a_tunnel_is_part_of_the_drive_and_counted_as_unseen() -> None:
    script = Script().drive(20).drive(15, is_told=False).drive(20)
    day = derive_day(ordered(script.fixes), DAY)
    assert [part.kind.value for part in day.parts] == ["drive"]
    assert day.parts[0].unseen_s == 15 * 60 + 30
    assert day.total("distance_km") == pytest.approx(55, abs=0.02)


def test_what_a_truck_did_for_hours_in_the_dark_is_neither_drive_nor_stop() -> None:
    script = Script().drive(20).stand(300, is_told=False).drive(12, is_told=False).drive(20)
    day = derive_day(ordered(script.fixes), DAY)
    assert [part.kind.value for part in day.parts] == ["drive", "unseen", "drive"]
    assert day.total("distance_km") == pytest.approx(52, abs=0.02)
    assert day.unseen_s == pytest.approx(DAY_S - 40 * 60 + 30)


def test_codes_that_follow_the_rise_are_the_same_swap() -> None:
    script = Script().stand(5).swap().stand(5)
    late = [replace(f, pack_set=None if f.pack_set == 2 else 1) for f in script.fixes]
    late[-3:] = [replace(fix, pack_set=2) for fix in late[-3:]]
    assert derive_day(ordered(late), DAY).total("swaps") == 1
    unsaid = [replace(fix, pack_set=None) for fix in script.fixes]
    assert derive_day(ordered(unsaid), DAY).total("swaps") == 1


def test_a_stop_over_midnight_is_cut_there_and_seen_from_both_days() -> None:
    script = Script(start_s=START_S - 1800).drive(28).stand(4).drive(30)
    track = ordered(script.fixes)
    before = Slice(START_S - DAY_S, START_S, START_S + 2 * DAY_S)
    first, second = derive_day(track, before), derive_day(track, DAY)
    assert [part.kind.value for part in first.parts] == ["drive", "stop"]
    assert [part.kind.value for part in second.parts] == ["stop", "drive"]
    assert first.parts[1].ended_s == second.parts[0].started_s == START_S
    km = first.total("distance_km") + second.total("distance_km")
    assert km == pytest.approx(58, abs=0.02)


scripts = st.lists(
    st.sampled_from(["drive", "stand", "wait", "swap", "off", "tunnel"]), min_size=1, max_size=12
)


def played(names: list[str], start_s: float) -> list[Fix]:
    script = Script(start_s=start_s, every_s=60.0)
    for name in names:
        if name == "drive":
            script.drive(40)
        elif name == "tunnel":
            script.drive(12, is_told=False)
        elif name == "off":
            script.off(200)
        elif name == "swap":
            script.swap()
        else:
            script.stand(50 if name == "stand" else 2)
    return script.fixes


@given(scripts, st.integers(-20_000, 80_000), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_day_and_days_add_up(
    names: list[str], offset_s: int, random: Random
) -> None:
    fixes = played(names, START_S + offset_s)
    shuffled = [*fixes, *fixes[::3]]
    random.shuffle(shuffled)
    days = [Slice(s, s + DAY_S, START_S + 9 * DAY_S) for s in
            (START_S - DAY_S, START_S, START_S + DAY_S, START_S + 2 * DAY_S)]  # fmt: skip
    derived = [derive_day(ordered(fixes), day) for day in days]
    assert derived == [derive_day(ordered(shuffled), day) for day in days]
    km = sum(day.total("distance_km") for day in derived)
    assert km == pytest.approx(fixes[-1].odometer_km - fixes[0].odometer_km, abs=1e-6)  # type: ignore[operator]  # played ones have it
    for day in derived:
        assert sum(p.lasts_s for p in day.parts if p.kind is not Kind.UNSEEN) + day.unseen_s == (
            pytest.approx(DAY_S)
        )
        starts = [part.started_s for part in day.parts]
        ends = [part.ended_s for part in day.parts]
        assert starts == sorted(starts)
        assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    told = fixes[-1].soc_percent - fixes[0].soc_percent
    change = sum(
        day.total("swapped_percent") + day.total("charged_percent") - day.total("used_percent")
        for day in derived
    )
    assert change == pytest.approx(told, abs=1e-6), "charge is neither made nor lost"


def test_a_day_is_the_same_at_any_date() -> None:
    fixes = Script().stand(60).drive(60).swap().fixes
    moved = Slice(DAY.start_s + DAY_S, DAY.end_s + DAY_S, DAY.until_s + DAY_S)
    one = derive_day(ordered(fixes), DAY)
    other = derive_day(ordered(shifted(fixes, by_s=DAY_S)), moved)
    assert one.total("distance_km") == other.total("distance_km")
    assert len(one.parts) == len(other.parts)
