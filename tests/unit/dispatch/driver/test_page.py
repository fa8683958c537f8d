"""The page's words are all translated, and its colours can be read in the sun."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import translation

CSS = Path("dispatch/driver/static/driver/driver.css")
# What is written on what.
PAIRS = [
    ("ink", "ground"),
    ("ink", "card"),
    ("soft", "card"),
    ("soft", "ground"),
    ("on-go", "go"),
    ("on-offer", "offer"),
    ("on-way", "way"),
    ("on-here", "here"),
    ("on-calm", "calm"),
    ("on-warn", "warn"),
    ("warn", "card"),
]


def test_every_word_of_the_page_is_chinese_in_chinese() -> None:
    with translation.override("zh-hans"):
        words = re.findall(r'data-word="([^"]+)">([^<]+)<', render_to_string("driver/words.html"))
    assert len(words) > 40
    assert [name for name, text in words if not re.search("[\u4e00-\u9fff]", text)] == []


def brightness(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    full = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    parts = [int(full[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast_is_seven_to_one(scheme: int) -> None:
    block = re.findall(r":root(?:\[data-dark\])? \{(.*?)\}", CSS.read_text(), re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", block))
    for text, ground in PAIRS:
        light, dark = sorted((brightness(colours[text]), brightness(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 7, (text, ground)
