"""The embedded Valhalla crashes and hangs alone, and takes a new map without a restart."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dispatch.services.roads.engine import EngineTimedOutError, Finding, RoadEngineError
from dispatch.services.roads.maps import MapError, build_map, read_map
from dispatch.services.roads.valhalla import ValhallaEngine
from dispatch.services.roads.valhalla_embedded import EmbeddedValhalla
from tests.roads import EAST, EXTRACT, HIGH, WEST


@pytest.fixture
def door(map_directory: Path) -> Iterator[EmbeddedValhalla]:
    made = EmbeddedValhalla(map_directory)
    yield made
    made.close()


def ask(door: EmbeddedValhalla, within_s: float = 20.0) -> int:
    engine, until_s = ValhallaEngine("valhalla", door), time.monotonic() + within_s
    drives = engine.drives(np.array([WEST]), np.array([EAST]), truck=HIGH, until_s=until_s)
    assert drives.finding[0, 0] == Finding.WAY
    return int(drives.distance_m[0, 0])


def children() -> set[int]:
    command = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(os.getpid())]  # not cut at 80
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return {int(line.split()[0]) for line in lines if "valhalla_process" in line}


def test_a_crash_is_an_error_and_the_next_question_is_answered(door: EmbeddedValhalla) -> None:
    way_m = ask(door)
    [child] = children()
    os.kill(child, signal.SIGSEGV)
    until_s = time.monotonic() + 5.0
    while child in children() and time.monotonic() < until_s:
        time.sleep(0.01)
    assert ask(door) == way_m
    assert child not in children()


def test_a_crash_amid_a_question(door: EmbeddedValhalla) -> None:
    ask(door)
    [child] = children()
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(EngineTimedOutError):
        ask(door, within_s=0.3)
    assert children() == set(), "a child that hangs is ended"
    assert ask(door) > 0


def test_a_slow_start_is_waited_for_by_nobody_and_not_begun_anew(door: EmbeddedValhalla) -> None:
    with pytest.raises(EngineTimedOutError):
        ask(door, within_s=0.001)
    starting = children()
    assert len(starting) == 1
    assert ask(door) > 0
    assert children() == starting


def test_it_ends_with_its_door(map_directory: Path) -> None:
    door = EmbeddedValhalla(map_directory)
    ask(door)
    assert len(children()) == 1
    door.close()
    assert children() == set()


def test_a_new_map_is_taken_at_once(tmp_path: Path, map_directory: Path) -> None:
    mine = tmp_path / "map"
    shutil.copytree(map_directory, mine)
    door = EmbeddedValhalla(mine)
    before = ask(door), door.version(until_s=0.0), children()
    newer = tmp_path / "newer.osm.pbf"
    newer.write_bytes(EXTRACT.read_bytes() + _empty_block())
    build_map(newer, mine, say=lambda _: None)
    after = ask(door), door.version(until_s=0.0), children()
    door.close()
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert after[2].isdisjoint(before[2])
    assert len(list(mine.glob("tiles-*"))) == 2, "who reads the old one may go on"


def _empty_block() -> bytes:
    """Return a block of kind OSMData without data in it: another file, the same map."""
    header = b"\x0a\x07OSMData\x18\x04"  # type, and the size of the blob
    blob = b"\x0a\x00\x10\x00"  # raw: nothing
    return len(header).to_bytes(4, "big") + header + blob


def test_without_a_map_it_says_so(tmp_path: Path) -> None:
    door = EmbeddedValhalla(tmp_path)
    with pytest.raises(RoadEngineError, match="has no map"):
        door.version(until_s=0.0)


@pytest.mark.parametrize("content", [None, b"", b"no map", EXTRACT.read_bytes()[:100_000]])
def test_what_is_no_extract_makes_no_map(
    tmp_path: Path, map_directory: Path, content: bytes | None
) -> None:
    mine = tmp_path / "map"
    shutil.copytree(map_directory, mine)
    wrong = tmp_path / "wrong.osm.pbf"
    if content is not None:
        wrong.write_bytes(content)
    with pytest.raises(MapError):
        build_map(wrong, mine, say=lambda _: None)
    kept = read_map(mine)
    assert kept is not None
    assert kept.extract == EXTRACT.name
    assert [path.name for path in mine.glob("tiles-*")] == [kept.tiles.name]
