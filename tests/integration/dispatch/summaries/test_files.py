"""The workbook and the paper tell the page's figures, in both languages, and run nothing."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.reader.excel import load_workbook
from pypdf import PdfReader

from dispatch.selectors.summaries import Figures, Subject, Summary, period_of
from dispatch.selectors.summaries.figures import Energy
from dispatch.selectors.summaries.pair import read_pair
from dispatch.services.summaries.columns import columns_of
from dispatch.services.summaries.paper import make_paper
from dispatch.services.summaries.workbook import RISKY, headed, make_workbook
from tests.integration.dispatch.summaries.month import END, FIRST, Month

LATER = END + timedelta(days=2)
WORDS = {"en": ("Monthly report", "By day"), "zh-hans": ("月报", "按日")}


@pytest.fixture(scope="module")
def pair(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Summary, Figures]]:
    with django_db_blocker.unblock(), transaction.atomic():
        month = Month(3, swaps=80)
        carrier = month.carriers[0]
        yield read_pair(
            Subject("fleet", carrier.pk, "唐山通达"), period_of("month", FIRST), now=LATER
        )
        transaction.set_rollback(True)


def sheets_of(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(BytesIO(content), data_only=False)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_workbook_tells_the_figures(pair: tuple[Summary, Figures], language: str) -> None:
    summary, _before = pair
    with translation.override(language):
        content = make_workbook(summary)
        sheets, columns = sheets_of(content), columns_of(summary.subject)
        heads, units = [headed(one) for one in columns], [str(one.unit) for one in columns]
    title, by_day = WORDS[language]
    overview = next(iter(sheets.values()))
    assert title in overview[0][0]
    assert "唐山通达" in overview[0][0]
    for row, column, unit in zip(overview[5:], columns, units, strict=True):
        assert row[1:] == (column.number(summary.total), unit or None), column.key
    days = sheets[by_day]
    assert list(days[0][1:]) == heads
    for row, (day, figures) in zip(days[1:], summary.days.items(), strict=True):
        assert row[0].date() == day
        assert list(row[1:]) == [column.number(figures) for column in columns]
    book = load_workbook(BytesIO(content))
    assert all(sheet.freeze_panes for sheet in book)
    assert len(book[by_day]._charts) == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_paper_tells_the_figures(pair: tuple[Summary, Figures], language: str) -> None:
    summary, before = pair
    with translation.override(language):
        pdf = make_paper(summary, before)
        first = columns_of(summary.subject, first_only=True)
        told = [f"{one.text(summary.total)} {one.unit}".strip() for one in first]
        labels = [str(one.label) for one in first]
    pages = PdfReader(BytesIO(pdf)).pages
    text = "\n".join(page.extract_text() for page in pages)
    lines = [line.strip() for line in text.splitlines()]
    assert WORDS[language][0] in text
    for label, value in zip(labels, told, strict=True):
        assert value in lines[lines.index(label) :][:3], (label, value)
    for day, figures in summary.days.items():
        assert [day.isoformat(), str(figures.swaps)] == lines[lines.index(day.isoformat()) :][:2]
    assert len(pages) <= 2
    assert len(pdf) < 150_000


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=5, unique=True))
def test_no_name_becomes_a_formula(names: list[str]) -> None:
    risky = [f"{mark}cmd|' /C calc'!A0" for mark in RISKY]
    period = period_of("day", FIRST)
    rows = {(name, at): Figures(swaps=1) for at, name in enumerate([*names, *risky])}
    summary = Summary(
        subject=Subject("fleet", 1, '=HYPERLINK("http://x.example")'),
        period=period,
        as_of=LATER,
        is_settled=True,
        total=Figures(charged={"peak": Energy(1000, 1)}),
        days={FIRST: Figures()},
        trucks=rows,
        stations=rows,
    )
    with translation.override("en"):
        content = make_workbook(summary)
    for sheet in load_workbook(BytesIO(content)):
        for cells in sheet.iter_rows():
            for cell in cells:
                assert cell.data_type != "f", cell.value
                assert not (isinstance(cell.value, str) and cell.value.startswith(RISKY))
