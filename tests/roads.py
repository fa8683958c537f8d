"""Real road engines on a real map: Liechtenstein, with a tunnel that high trucks may not use."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import osrm

from config.process import bound, stop
from config.servers import free_port
from dispatch.planning.travel import TruckProfile
from dispatch.services.roads.valhalla_config import builder, valhalla_config

EXTRACT = Path(__file__).parent / "data" / "osm" / "liechtenstein.osm.pbf"
WEST, EAST = (47.11634628, 9.55583656), (47.11469982, 9.57354964)
IN_THE_TUNNEL = (47.115523, 9.564693)
VADUZ, SCHAAN = (47.1410, 9.5215), (47.1650, 9.5100)
TANGSHAN = (39.63, 118.18)  # not on this map
LOW = TruckProfile(height_m=3.5)
HIGH = TruckProfile(height_m=4.0)
PROFILES = Path(osrm.__file__).parent / "share" / "profiles"
# What our guide tells people who run OSRM: its car profile with the sizes of a truck.
TRUCK_LUA = """
package.path = "{profiles}/?.lua;" .. package.path
local car = dofile("{profiles}/car.lua")
local setup = car.setup
car.setup = function()
  local profile = setup()
  profile.vehicle_height = 4.0
  profile.vehicle_width = 2.55
  profile.vehicle_length = 17.1
  profile.vehicle_weight = 49000
  profile.vehicle_max_speed = 80
  profile.access_tags_hierarchy =
    Sequence {{ 'hgv', 'motorcar', 'motor_vehicle', 'vehicle', 'access' }}
  return profile
end
return car
"""


@contextmanager
def served(command: list[str | Path], *, url: str, asks: str) -> Iterator[str]:
    """Run a server until the block ends; it is there when it answers anything at all."""
    process = subprocess.Popen(
        bound(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        until_s = time.monotonic() + 30.0
        while True:
            try:
                httpx.get(url + asks, trust_env=False)
                break
            except httpx.TransportError:
                assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
                assert time.monotonic() < until_s, f"{command[0]} does not answer"
                time.sleep(0.1)
        yield url
    finally:
        stop(process, within_s=0.0)


@contextmanager
def valhalla_server(tiles: Path, directory: Path) -> Iterator[str]:
    """Run the `valhalla_service` of the wheel on tiles of ours, with the limits it comes with."""
    url = f"http://127.0.0.1:{free_port()}"
    config = valhalla_config(tiles)
    config["service_limits"]["truck"].update(
        max_matrix_distance=400_000.0, max_matrix_location_pairs=2_500
    )
    sockets = directory / "s"  # short: paths of sockets may have 107 characters
    sockets.mkdir()
    config["httpd"]["service"].update(
        listen=url.replace("http", "tcp"),
        loopback=f"ipc://{sockets}/loopback",
        interrupt=f"ipc://{sockets}/interrupt",
    )
    for part in ("loki", "thor", "odin", "meili"):
        config[part]["service"]["proxy"] = f"ipc://{sockets}/{part}"
    (directory / "valhalla.json").write_text(json.dumps(config))
    program = Path(builder()).with_name("valhalla_service")
    with served([program, directory / "valhalla.json", "1"], url=url, asks="/status"):
        yield url


@contextmanager
def osrm_server(
    directory: Path, *, version: str = "a-map", extract: Path = EXTRACT
) -> Iterator[str]:
    """Prepare the extract for trucks of 4 m and 49 t and serve it with the wheel's OSRM."""
    source = directory / "truck.osm.pbf"
    source.symlink_to(extract)
    (directory / "truck.lua").write_text(TRUCK_LUA.format(profiles=PROFILES))
    data = directory / "truck.osrm"
    run: list[str | Path] = [sys.executable, "-m", "osrm"]
    steps: tuple[list[str | Path], ...] = (
        ["extract", "-p", directory / "truck.lua", "--data_version", version, source],
        ["partition", data],
        ["customize", data],
    )
    for step in steps:
        subprocess.run([*run, *step, "-t", "1"], check=True, capture_output=True)
    port = str(free_port())
    url = f"http://127.0.0.1:{port}"
    program = PROFILES.parents[1] / "bin" / "osrm-routed"  # itself, so that it ends with us
    command: list[str | Path] = [
        program,
        "-a",
        "mld",
        "-i",
        "127.0.0.1",
        "-p",
        port,
        "-t",
        "1",
        data,
    ]
    with served(command, url=url, asks="/"):
        yield url
