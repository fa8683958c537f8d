"""Pictures never lie: each one a page shows is made by a script, each one made is shown."""

import re
from pathlib import Path

import pytest

from tests.pictures import IMAGES, PICTURES, SHEETS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
TAKEN = {f"{picture.name}.png" for picture in PICTURES} | {f"{name}.png" for name in SHEETS}
# Drawn by benchmarks out of their figures.
DRAWN = {
    "day-queue-overload-chance-60.png",
    "day-stock-overload-chance-60.png",
    "day-waits-overload-chance-60.png",
    "learning.png",
    "promises-kept.svg",
}
# Parts of a sheet need not be shown alone.
PARTS = {f"{part}.png" for sheet in SHEETS.values() for part in sheet.values()}
MOST_BYTES = 150_000


def shown() -> set[str]:
    """Return the names of all pictures the pages show."""
    named = (re.findall(r"!\[[^\]]*\]\(([^)\s]+)", page.read_text()) for page in PAGES)
    return {Path(each).name for names in named for each in names}


def test_each_picture_shown_is_made_by_a_script() -> None:
    assert shown() - TAKEN - DRAWN == set()


def test_each_picture_made_is_shown_and_there() -> None:
    there = {file.name for file in IMAGES.iterdir()}
    assert (TAKEN | DRAWN) - shown() - PARTS == set()
    assert there - TAKEN - DRAWN == set(), "nobody makes these"
    assert shown() - there == set()


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_a_picture_is_small(name: str) -> None:
    file = IMAGES / name
    assert not file.exists() or file.stat().st_size <= MOST_BYTES


def test_both_readmes_show_map_board_and_card_first() -> None:
    for name, sheet in (("README.md", "first-screen"), ("README.zh.md", "first-screen-zh")):
        first = (ROOT / name).read_text()[:1500]
        assert f"docs/images/{sheet}.png" in first, name
        assert {"map", "board", "driver"} <= set(SHEETS[sheet])
