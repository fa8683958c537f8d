"""The page of settings names every variable the service reads, and no other."""

import re

from tests.architecture.house import ROOT

READ = re.compile(r'(?:env\.\w+|required)\(\s*"([A-Z_]+)"')
NAMED = re.compile(r"`([A-Z][A-Z_]+)`")
OF_THE_MACHINE = {"POSTGRES_BIN", "REDIS_BIN", "CHROMIUM_BIN", "YIZHAN_PYTHON"}


def named_in_tables(page: str) -> set[str]:
    first_cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    return {name for cell in first_cells for name in NAMED.findall(cell)}


def test_the_page_and_the_code_name_the_same_settings() -> None:
    read = set(READ.findall((ROOT / "config" / "settings.py").read_text()))
    assert read > {"SECRET_KEY", "DATABASE_URL", "CLOCK_RATE"}
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    assert named_in_tables(page) - OF_THE_MACHINE == read
