"""Every table that comes in is found by itself, and comes back as it went out."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from tablib.core import Dataset

from fleet.admin.cells import ARMED
from fleet.admin.readings import Moment, OneOf, Text, WholeNumber, YesNo
from tests.builders import make_user
from tests.tables import Table, exported_only, fill, importable, keeper_of, scribble, sent, staff
from tests.worlds import World, make_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
# One example is several rows of one table; `make test-thorough` tries ten times as many.
few = settings(max_examples=max(3, settings().max_examples // 20))
each = pytest.mark.parametrize("table", importable(), ids=lambda table: table.name)
BAD = {WholeNumber: "12 t", YesNo: "maybe", Moment: "tomorrow", OneOf: "whatever"}
PAGE = Path("docs/how-to/import-and-export.md")


def told(result: Any) -> list[str]:
    faults = [str(error.error) for error in result.base_errors]
    return faults + [f"{row.number}: {row.error_dict}" for row in result.invalid_rows]


def test_what_an_operator_keeps_in_lists_comes_in_as_a_table() -> None:
    names = {table.name.partition(".")[2] for table in importable()}
    assert names >= {
        "DriverResource",
        "LaneResource",
        "PackResource",
        "PackTypeResource",
        "PlaceResource",
        "RegionResource",
        "ShuttleResource",
        "SlotResource",
        "StationResource",
        "TripResource",
        "TruckModelResource",
        "TruckResource",
    }


@each
@few
@given(data=st.data(), number=st.sampled_from([0, 1]), is_staff=st.booleans())
def test_what_goes_out_comes_in_without_a_change(
    table: Table, data: Any, number: int, is_staff: bool
) -> None:
    with transaction.atomic():
        world = World("A")
        rows = fill(table, world, data.draw, 3)
        user = staff() if is_staff else keeper_of(table, world)
        out = table.of(user).export()
        assert len(out) >= len(rows)
        assert not [text for text in texts_of(out) if text.startswith(ARMED)]
        result = table.of(user).import_data(sent(out, number))
        assert told(result) == []
        assert result.totals["skip"] == len(out)
        transaction.set_rollback(True)


@each
@few
@given(data=st.data(), number=st.sampled_from([0, 1]))
def test_a_table_brings_back_what_changed_since(table: Table, data: Any, number: int) -> None:
    with transaction.atomic():
        world = World("A")
        user = keeper_of(table, world)
        row = fill(table, world, data.draw, 1)[0]
        held = table.of(user)
        was = {name: field.get_value(row) for name, field in held.columns().items()}
        out = held.export()
        for column in {*was} - {*held.keys, "id"}:
            scribble(row, column, data.draw)
        result = table.of(user).import_data(sent(out, number))
        row.refresh_from_db()
        now = {name: field.get_value(row) for name, field in held.columns().items()}
        # What no form takes, like a trip due before it may leave, is refused as a whole.
        assert are_same(now, was) or told(result)
        transaction.set_rollback(True)


def texts_of(out: Any) -> list[str]:
    return [cell for row in out for cell in row if isinstance(cell, str)]


def are_same(now: dict[str, Any], was: dict[str, Any]) -> bool:
    """Compare as a spreadsheet keeps cells: fifteen digits, and no blanks around."""
    for name, before in was.items():
        after = now[name]
        if isinstance(before, float):
            before = pytest.approx(before, rel=1e-14, abs=0)
        elif isinstance(before, str):
            before, after = before.strip(), after.strip()
        if after != before:
            return False
    return True


@each
def test_a_bad_cell_is_named_by_row_and_column_and_nothing_is_written(table: Table) -> None:
    world = World("A")
    user = keeper_of(table, world)
    row = make_row(table.page.model, world)
    out = table.of(user).export()
    for column, field in table.of(user).columns().items():
        bad = next((bad for kind, bad in BAD.items() if isinstance(field.widget, kind)), None)
        bad = "no such" if hasattr(field.widget, "learn") else bad
        if bad is None:
            continue
        at = out.headers.index(column)
        rows = [[*cells[:at], bad, *cells[at + 1 :]] for cells in out]
        result = table.of(user).import_data(table_of(rows, out.headers))
        assert [fault.number for fault in result.invalid_rows] == [*range(2, len(rows) + 2)]
        assert all([*fault.error_dict] == [column] for fault in result.invalid_rows)
    row.refresh_from_db()
    assert texts_of(table.of(user).export()) == texts_of(out)


@each
def test_nobody_changes_by_file_what_is_not_theirs(table: Table) -> None:
    ours, theirs = World("A"), World("B")
    user = keeper_of(table, ours)
    if user.is_superuser:  # kept by the service's own staff: nobody else gets the page
        assert not table.page.may_write(make_user(ours.carrier))
        return
    make_row(table.page.model, theirs)
    owner = table.of(keeper_of(table, theirs))
    out = owner.export()
    before = out.export("csv")
    result = table.of(user).import_data(changed(owner, out))
    assert len(result.invalid_rows) == len(out) > 0
    assert owner.export().export("csv") == before


def table_of(rows: list[list[Any]], headers: list[str]) -> Any:
    dataset: Any = Dataset  # without types
    return dataset(*rows, headers=headers)


def changed(table: Any, out: Any) -> Any:
    """Return a table with another number or name in each of its rows."""
    column = next(
        name
        for name, field in table.columns().items()
        if isinstance(field.widget, WholeNumber | Text) and name not in (*table.keys, "id")
    )
    at = out.headers.index(column)
    other = 61 if isinstance(table.columns()[column].widget, WholeNumber) else "other"
    rows = [[*cells[:at], other, *cells[at + 1 :]] for cells in out]
    return table_of(rows, out.headers)


@pytest.mark.parametrize("table", exported_only(), ids=lambda table: table.name)
def test_ledgers_go_out_disarmed_and_do_not_come_in(table: Table) -> None:
    world = World("A")
    make_row(table.page.model, world)
    out = table.of(staff()).export()
    assert len(out) > 0
    for number in (0, 1):
        assert len(sent(out, number)) == len(out)
    assert not [text for text in texts_of(out) if text.startswith(ARMED)]
    assert not table.page.may_write(staff()) or not table.page.can_add


@each
def test_going_out_and_coming_in_cost_as_many_questions_for_many_rows(table: Table) -> None:
    world = World("A")
    user = keeper_of(table, world)
    counts = []
    for _ in range(2):
        for _ in range(3):
            make_row(table.page.model, world)
        with CaptureQueriesContext(connection) as asked:
            out = table.of(user).export()
            table.of(user).import_data(out)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


def test_the_page_on_imports_says_what_every_column_means() -> None:
    said = PAGE.read_text()
    for table in importable():
        held = table.of(staff())
        missing = [name for name in held.columns() if f"`{name}`" not in said]
        assert missing == [], table.name
