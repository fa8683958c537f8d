import csv
import re
from pathlib import Path

import numpy as np
import pytest

from dispatch.planning.energy import TRUCK_40T, haul_energies_wh, usable_energy_wh
from dispatch.planning.travel import TRACTOR_LOADED, GreatCircleTravel, great_circle_m
from dispatch.simulation.tangshan import (
    FLOWS,
    GEM_COAL,
    GEM_STEEL,
    PLACES,
    STATION_SITES,
    mean_temperature_c,
    place,
    station_sites,
)

SITES = Path(__file__).parents[4] / ".." / "shared" / "data" / "gem-industrial-sites"


def test_codes_are_unique_and_names_are_chinese_too() -> None:
    codes = [row.code for row in (*PLACES, *STATION_SITES)]
    assert len(set(codes)) == len(codes)
    assert all(re.search(r"[\u4e00-\u9fff]", row.name_zh) for row in (*PLACES, *STATION_SITES))
    assert {row.kind for row in PLACES} == {"port", "mill", "mine", "depot"}


def test_everything_is_in_the_tangshan_box() -> None:
    for row in (*PLACES, *STATION_SITES):
        assert 38.8 < row.latitude_deg < 40.4
        assert 117.4 < row.longitude_deg < 119.9


def test_stations_stand_beside_the_place_they_name_and_not_on_it() -> None:
    assert len(STATION_SITES) == 23
    for site in STATION_SITES:
        beside = place(site.near)
        metres = great_circle_m(
            [site.latitude_deg, site.longitude_deg], [beside.latitude_deg, beside.longitude_deg]
        )
        assert 800 < metres < 6_000
        assert site.slot_power_kw < site.power_limit_kw < site.slots * site.slot_power_kw


def test_flows_join_known_places_of_the_right_kind() -> None:
    for flow in FLOWS:
        assert place(flow.origin).code != place(flow.destination).code
        assert flow.load_t > 0
        assert flow.share > 0
        if flow.cargo in {"ore", "coal", "concentrate"}:
            assert place(flow.origin).kind in {"port", "mine"}
            assert place(flow.destination).kind == "mill"
    named = {code for flow in FLOWS for code in (flow.origin, flow.destination)}
    assert {row.code for row in PLACES if row.kind != "depot"} <= named


def test_some_hauls_fit_one_pack_and_some_need_a_swap_on_the_way() -> None:
    starts = [(place(f.origin).latitude_deg, place(f.origin).longitude_deg) for f in FLOWS]
    ends = [(place(f.destination).latitude_deg, place(f.destination).longitude_deg) for f in FLOWS]
    drives = GreatCircleTravel().travel_pairs(starts, ends, truck=TRACTOR_LOADED)
    needs_wh = haul_energies_wh(TRUCK_40T, mass_kg=49_000, distance_m=drives.distance_m)
    one_pack_wh = usable_energy_wh(282_000, soc_percent=75.0)
    assert 0.1 < np.mean(needs_wh > one_pack_wh) < 0.5


def test_the_six_default_stations_are_within_reach_of_each_other() -> None:
    six = [(site.latitude_deg, site.longitude_deg) for site in station_sites(6)]
    metres = great_circle_m(np.array(six)[:, None, :], np.array(six)[None, :, :])
    np.fill_diagonal(metres, np.inf)
    assert metres.min(axis=1).max() < 70_000


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        place("atlantis")
    with pytest.raises(ValueError, match="1 to 23"):
        station_sites(24)
    with pytest.raises(ValueError, match="no month"):
        mean_temperature_c(0)
    assert mean_temperature_c(1) < 0 < mean_temperature_c(7)


@pytest.mark.shared
def test_tracked_positions_are_the_trackers() -> None:
    if not SITES.exists():
        pytest.skip("the trackers are not here")
    known: dict[str, set[tuple[float, float]]] = {GEM_STEEL: set(), GEM_COAL: set()}
    for source, name in (
        (GEM_STEEL, "china_steel_plants_2025-03.csv"),
        (GEM_COAL, "china_coal_terminals_2025-01.csv"),
    ):
        with (SITES / name).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["lat"] and row["lng"]:
                    known[source].add((float(row["lat"]), float(row["lng"])))
    for here in PLACES:
        if here.source in known:
            nearest = min(
                float(great_circle_m([here.latitude_deg, here.longitude_deg], there))
                for there in known[here.source]
            )
            assert nearest < 15
