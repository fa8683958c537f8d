"""Papers can be read back, carry their own font, and bear any text."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from fleet.services.paper import Bars, Figure, Figures, Note, Paper, Table, print_paper
from fleet.services.paper.bars import round_up
from fleet.services.paper.font import printable


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(pdf).pages)


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Return the name of each font a page asks for, and whether it is in the document."""
    found = {}
    pages: Any = read(pdf).pages
    for page in pages:
        for font in page["/Resources"]["/Font"].values():
            font = font.get_object()
            descriptor = font.get("/FontDescriptor")
            found[font["/BaseFont"]] = bool(descriptor and "/FontFile2" in descriptor.get_object())
    return found


def a_paper(rows: int = 3) -> Paper:
    return Paper(
        title="车队月报 · 唐山通达",
        subtitle="2026-10",
        parts=[
            Figures(
                [Figure("换电次数", "1,234", "", "上期 1,100"), Figure("mean wait", "6.4", "min")]
            ),
            Bars(title="每日", labels=["1", "2"], series=[("谷", [1.0, 2.0]), ("峰", [3.0, 0.0])]),
            Table(
                heads=["车牌", "kWh"],
                rows=[[f"冀B{at:05d}", f"{at}.50"] for at in range(rows)] + [["合计", "9.75"]],
                numbers={1},
                has_total=True,
            ),
            Note("<b>数据</b> & more", is_small=True),
        ],
        footer="截至 2026-11-02 03:10",
    )


def test_what_is_printed_can_be_read_back() -> None:
    text = text_of(print_paper(a_paper()))
    for part in (
        "车队月报 · 唐山通达",
        "换电次数",
        "1,234",
        "6.4 min",
        "冀B00002",
        "9.75",
        "<b>数据</b> & more",
    ):
        assert part in text
    assert "截至 2026-11-02 03:10" in text


def test_every_font_is_in_the_document() -> None:
    fonts = fonts_of(print_paper(a_paper()))
    assert fonts
    assert all(fonts.values()), fonts


def test_heads_and_footer_are_on_each_page() -> None:
    pages = read(print_paper(a_paper(rows=200))).pages
    assert len(pages) > 2
    assert all("车牌" in page.extract_text() and "截至" in page.extract_text() for page in pages)


def test_the_same_paper_is_the_same_bytes() -> None:
    assert print_paper(a_paper()) == print_paper(a_paper())


def test_a_character_the_font_lacks_is_seen_to_lack() -> None:
    assert printable("驿站 😀\n龘") == "驿站 〓 〓"


@given(st.text(max_size=60), st.text(max_size=600))
@settings(max_examples=30, deadline=None)
def test_any_text_is_printed(title: str, cell: str) -> None:
    paper = Paper(title=title, parts=[Table(heads=["a"], rows=[[cell]]), Note(cell)], footer=cell)
    assert len(read(print_paper(paper)).pages) <= 2


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (0.9, 1), (1, 1), (102, 120), (1601, 2000), (9.1, 10)]
)
def test_axes_end_in_round_numbers(value: float, top: float) -> None:
    assert round_up(value) == pytest.approx(top)
