"""A map of one's own: tiles built from an OpenStreetMap extract, with a version by its content."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dispatch.services.roads.valhalla_config import builder, is_installed, valhalla_config

FACTS = "map.json"
STAGES = (
    *("initialize", "parseways", "parserelations", "parseareaways", "parsenodes", "buildareas"),
    *("constructedges", "build", "enhance", "filter", "hierarchy", "shortcuts", "restrictions"),
    *("validate", "cleanup"),
)


class MapError(Exception):
    """No map came of it; the sentence says why."""


@dataclass(frozen=True, slots=True)
class RoadMap:
    """The map in use: its version, the extract it was built from, where its tiles are."""

    version: str
    extract: str
    tiles: Path


def read_map(directory: Path) -> RoadMap | None:
    """Return the map in a directory, None if none was built there."""
    try:
        facts = json.loads((directory / FACTS).read_text())
        road_map = RoadMap(facts["version"], facts["extract"], directory / facts["tiles"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return road_map if road_map.tiles.is_dir() else None


def build_map(extract: Path, directory: Path, *, say: Callable[[str], None]) -> RoadMap:
    """Build tiles beside those in use, then put them in their place at once.

    The tiles used until now stay until the next build: a process may still be reading them.

    Raises
    ------
    MapError
        The library or the extract is missing, or the extract is no map.
    """
    if not is_installed():
        raise MapError("Valhalla is not installed. Install the extra `routing`.")
    if not extract.is_file():
        raise MapError(f"There is no file {extract}.")
    version = _digest(extract)
    before = read_map(directory)
    if before and before.version == version:
        say("This map is in use already.")
        return before
    tiles = directory / f"tiles-{version}"
    shutil.rmtree(tiles, ignore_errors=True)
    tiles.mkdir(parents=True)
    try:
        _build_tiles(extract, tiles, say=say)
    except MapError:
        shutil.rmtree(tiles, ignore_errors=True)
        raise
    facts = {"version": version, "extract": extract.name, "tiles": tiles.name}
    fresh = directory / f"{FACTS}.new"
    fresh.write_text(json.dumps(facts, indent=1) + "\n")
    fresh.replace(directory / FACTS)
    for old in directory.glob("tiles-*"):
        if old != tiles and (before is None or old != before.tiles):
            shutil.rmtree(old, ignore_errors=True)
    return RoadMap(version, extract.name, tiles)


def _digest(extract: Path) -> str:
    with extract.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _build_tiles(extract: Path, tiles: Path, *, say: Callable[[str], None]) -> None:
    config = json.dumps(valhalla_config(tiles))
    for number, stage in enumerate(STAGES, 1):
        say(f"{number:>2} of {len(STAGES)}: {stage}")
        done = subprocess.run(  # noqa: S603  our own library's program
            [builder(), "-i", config, "-s", stage, "-e", stage, str(extract)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or ["no word why"]
            raise MapError(f"{extract.name}: {stage} ended with {done.returncode}: {said[-1]}")
    if not any(tiles.rglob("*.gph")):
        raise MapError(f"{extract.name} holds no roads.")
