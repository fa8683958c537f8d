"""How a Valhalla of ours is set up: for building tiles and for answering from them."""

import importlib
import importlib.util
from pathlib import Path
from typing import Any

TILE_CACHE_BYTES = 256 * 2**20
FAR_M = 5_000_000.0


def is_installed() -> bool:
    """Return whether the extra `routing` is there."""
    return importlib.util.find_spec("valhalla") is not None


def valhalla_config(tiles: Path) -> dict[str, Any]:
    """Return the configuration for tiles in a directory, which must exist.

    The limits of a public server would stop long matrices; these are ours to ask for.
    """
    library = importlib.import_module("valhalla")  # an extra: only those who use it have it
    config: dict[str, Any] = library.get_config(tile_extract="", tile_dir=str(tiles))
    config["mjolnir"]["max_cache_size"] = TILE_CACHE_BYTES
    for name in ("traffic_extract", "admin", "landmarks", "timezone", "transit_dir"):
        config["mjolnir"][name] = ""
    config["service_limits"]["truck"].update(
        max_distance=FAR_M, max_matrix_distance=FAR_M, max_matrix_location_pairs=10_000
    )
    return config


def builder() -> str:
    """Return the program that builds tiles."""
    library = importlib.import_module("valhalla")
    return str(library.PYVALHALLA_DIR / "bin" / "valhalla_build_tiles")
