"""A PMTiles file under the live map: drawn by the browser, asked of nobody but ourselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import sign_in
from tests.builders import make_user
from tests.e2e.test_live_map import MAP
from tests.pmtiles_file import pmtiles_bytes
from tests.stack import Stack

# How many of the ground's pixels have about this colour: (red, green, blue), light flavour.
COUNT = """([red, green, blue]) => [...document.querySelectorAll('.leaflet-tile-pane canvas')]
  .map((tile) => {
    const { data } = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height);
    let found = 0;
    for (let i = 0; i < data.length; i += 4) {
      const far = [red, green, blue].map((want, j) => Math.abs(data[i + j] - want));
      if (Math.max(...far) < 5) found += 1;
    }
    return found;
  }).reduce((a, b) => a + b, 0)"""
LAND, WATER = [226, 223, 218], [128, 222, 234]


@pytest.fixture
def ground(running_stack: Stack, stack: Stack, tmp_path: Path) -> Iterator[Stack]:
    """A web server of its own over the running stack, with a file of tiles."""
    file = tmp_path / "ground.pmtiles"
    file.write_bytes(pmtiles_bytes())
    own = Stack(
        database_url=running_stack.database_url,
        redis_url=running_stack.redis_url,
        logs=tmp_path / "logs",
        MAP_PMTILES=str(file),
    )
    try:
        own.start("web")
        yield own
    finally:
        own.stop()


@pytest.mark.browser
def test_land_and_water_of_the_file_are_drawn(ground: Stack, desktop: Page) -> None:
    sign_in(desktop, ground, make_user(is_superuser=True))
    desktop.goto(f"{ground.base_url}{MAP}")
    for colour in (LAND, WATER):
        desktop.wait_for_function(f"colour => ({COUNT})(colour) > 1000", arg=colour)
    assert "OpenStreetMap" in desktop.locator(".leaflet-control-attribution").inner_text()
