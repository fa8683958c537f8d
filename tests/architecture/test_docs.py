"""The texts tell the truth: links lead somewhere, commands exist, settings are all listed."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def dead_links(page: Path, text: str) -> list[str]:
    """Return the links of a page to files that are not there."""
    targets = [target for target in LINK.findall(text) if "://" not in target]
    return [target for target in targets if not (page.parent / target).exists()]


def unknown_commands(text: str) -> list[str]:
    """Return the make targets and management commands a page names that do not exist."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {f"make {name}" for name in re.findall(r"`make ([a-z][a-z-]*)", text)}
    named |= {f"make {name}" for name in re.findall(r"^make ([a-z][a-z-]*)", text, re.MULTILINE)}
    known = {f"make {name}" for name in targets}
    run = {f"manage.py {name}" for name in re.findall(r"manage\.py ([a-z_]+)", text)}
    known |= {f"manage.py {name}" for name in get_commands()}
    return sorted((named | run) - known)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_commands_of_a_page_exist(page: Path) -> None:
    text = page.read_text()
    assert dead_links(page, text) == []
    assert unknown_commands(text) == []


def test_a_dead_link_and_an_unknown_command_are_found() -> None:
    page = ROOT / "README.md"
    assert dead_links(page, "[x](docs/nowhere.md) [y](LICENSE)") == ["docs/nowhere.md"]
    assert unknown_commands("`make nothing` and `manage.py vanish`; `make test`") == [
        "make nothing",
        "manage.py vanish",
    ]


def test_the_chinese_readme_has_the_same_sections() -> None:
    def shape(name: str) -> list[int]:
        return [
            len(mark) for mark in re.findall(r"^(#+) ", (ROOT / name).read_text(), re.MULTILINE)
        ]

    def code(name: str) -> list[str]:
        blocks = re.findall(r"^```\n(.*?)^```", (ROOT / name).read_text(), re.MULTILINE | re.DOTALL)
        return [re.sub(r"#.*", "", block) for block in blocks]

    assert shape("README.md") == shape("README.zh.md")
    assert code("README.md") == code("README.zh.md")


def test_every_setting_is_listed() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text()
    source = (ROOT / "config/settings.py").read_text()
    names = re.findall(r"""(?:env\.\w+|required)\(\s*"([A-Z_]+)\"""", source)
    assert names
    assert [name for name in names if f"`{name}`" not in page] == []
