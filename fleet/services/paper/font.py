"""The font of our papers: Noto Sans SC, cut down to GB 2312, Latin and units (fonts/OFL.txt)."""

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

NAME = "NotoSansSC"
FILE = Path(__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"
LACKING = "〓"  # what printers set for a character they lack


@cache
def load_font() -> frozenset[int]:
    """Make the font known to reportlab, once a process; return the characters it has."""
    font = TTFont(NAME, str(FILE))
    pdfmetrics.registerFont(font)
    # So that bold and italics asked for by a paragraph find a font at all.
    pdfmetrics.registerFontFamily(NAME, normal=NAME, bold=NAME, italic=NAME, boldItalic=NAME)
    return frozenset(font.face.charToGlyph)


def printable(text: str) -> str:
    """Return the text in characters the font has; line breaks become spaces."""
    known = load_font()
    return "".join(c if ord(c) in known else LACKING for c in " ".join(text.split()))


def width_of(text: str, size: float) -> float:
    """Return how wide a text is at a size, both in points."""
    load_font()
    return float(pdfmetrics.stringWidth(text, NAME, size))


def is_chinese(text: str) -> bool:
    """Say whether a text may be broken between any two characters."""
    return any("\u2e80" <= c <= "\uffef" for c in text)
