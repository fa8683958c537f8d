"""A table that comes in: read, compared and checked in memory, then written in bulk."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, InternalError, transaction
from django.utils.translation import gettext as _

from fleet.admin.readings import unseen_in
from fleet.admin.refusals import refusal_of

if TYPE_CHECKING:
    from fleet.admin.tables import ScopedResource
AT_ONCE = 500
FOLLOWS = {"blocked_at": "is_blocked"}  # what a check fills in when another column changes


@dataclass
class Line:
    """One row of the table: what it says, whom it is about, what it would change, what is wrong.

    `values`, `changes` (from, to; as cells) and `errors` are by column; `number` is the row of
    the spreadsheet.
    """

    number: int
    cells: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    instance: Any = None
    is_new: bool = False
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    errors: dict[str, ValidationError] = field(default_factory=dict)

    def refuse(self, column: str, sentence: str) -> None:
        """Note what is wrong with a cell, the first thing only."""
        self.errors.setdefault(column, ValidationError(sentence))


def take_in(resource: "ScopedResource", lines: Sequence[Line], *, locks: bool) -> None:
    """Read and check every line, and write those that change something: some may be refused.

    Runs in a transaction, which the caller takes back where any line has errors. `locks` keeps
    the rows from others until its end.
    """
    _read(resource, lines)
    _find(resource, lines, locks=locks)
    for line in lines:
        if line.instance is not None:
            _compare(resource, line)
    _keep_to_own(resource, lines)
    _refuse_taken(resource, lines)
    for line in lines:
        if line.instance is not None and (line.is_new or line.changes):
            _check(resource, line)
    good = [line for line in lines if line.instance is not None and not line.errors]
    _write([line for line in good if line.is_new], _insert)
    _write([line for line in good if line.changes and not line.is_new], _update)
    resource.written([line for line in good if not line.errors])


def digest_of(lines: Sequence[Line]) -> str:
    """Return what stands for all that the lines would change, from what and to what."""
    told = hashlib.sha256()
    for line in lines:
        told.update(repr((line.number, line.is_new, sorted(line.changes.items()))).encode())
    return told.hexdigest()


def _read(resource: "ScopedResource", lines: Sequence[Line]) -> None:
    for column, field_ in resource.columns().items():
        learn = getattr(field_.widget, "learn", None)
        if learn:
            learn([line.cells[column] for line in lines if column in line.cells], resource.user)
    for line in lines:
        for column, cell in line.cells.items():
            try:
                line.values[column] = resource.read(column, cell)
            except ValidationError as error:
                line.errors[column] = error
            except ValueError as error:
                line.refuse(column, str(error))


def _find(resource: "ScopedResource", lines: Sequence[Line], *, locks: bool) -> None:
    """Give each line the row it is about, or a new one."""
    by_id, by_key = resource.rows_named(lines, locks=locks)
    named: dict[Any, int] = {}
    keys = resource.get_import_id_fields()
    for line in lines:
        if "id" in line.errors:
            continue
        if any(line.errors.get(column) for column in keys):
            continue
        key = tuple(line.values.get(column) for column in keys)
        row_id = line.values.get("id")
        found = [by_id[row_id]] if row_id in by_id else [] if row_id else by_key.get(key, [])
        if row_id and not found:
            line.refuse("id", _("No row of yours has this number. For a new row leave it empty."))
        elif not row_id and {None, ""} & {*key}:
            empty = next(name for name in keys if line.values.get(name) in (None, ""))
            line.refuse(empty, _("Write what this row is known by."))
        elif len(found) > 1:
            line.refuse(keys[0], _("Several rows are known by this: say which in the column `id`."))
        else:
            line.instance = found[0] if found else resource.new_row()
            line.is_new = not found
            same = named.setdefault(line.instance.pk or key, line.number)
            if same != line.number:
                line.refuse(
                    keys[0], _("Row %(row)d is about the same. Leave one out.") % {"row": same}
                )


def _compare(resource: "ScopedResource", line: Line) -> None:
    """Put into the row what its line says anew."""
    for column, value in line.values.items():
        if column != "id" and column not in line.errors:
            _set(resource, line, column, value)
    if line.is_new:
        for column in resource.columns():
            if column not in line.values and not resource.may_be_left_out(column, line.instance):
                line.refuse(column, _("A new row needs this column."))


def _set(resource: "ScopedResource", line: Line, column: str, value: Any) -> None:
    field_ = resource.columns()[column]
    old = field_.get_value(line.instance)
    if line.is_new and value is None and resource.may_be_default(column):
        return  # the default stays
    if not line.is_new and resource.is_same(old, value):
        return
    if value is None and not resource.may_be_empty(column):
        line.refuse(column, _("This may not be empty."))
        return
    if isinstance(value, str) and unseen_in(value):
        line.refuse(column, _("This holds a character that nobody sees. Type it anew."))
        return
    setattr(line.instance, field_.attribute, value)
    new = field_.widget.render(field_.get_value(line.instance))
    line.changes[column] = ("" if line.is_new else str(field_.widget.render(old)), str(new))


def _keep_to_own(resource: "ScopedResource", lines: Sequence[Line]) -> None:
    """Refuse changes of rows that the user may only look at."""
    changed = {line.instance.pk for line in lines if line.changes and not line.is_new}
    own = set(resource.kept_rows().filter(pk__in=changed).values_list("pk", flat=True))
    for line in lines:
        if line.changes and not line.is_new and line.instance.pk not in own:
            line.refuse(
                resource.get_import_id_fields()[0],
                _("You may look at this row, not change it. Leave it out."),
            )


def _refuse_taken(resource: "ScopedResource", lines: Sequence[Line]) -> None:
    """Refuse what is unique and another row has, in the table or in the registry."""
    for column in resource.unique_columns():
        wanting = [line for line in lines if column in line.changes]
        holders = resource.holders(column, [line.values[column] for line in wanting])
        changing = {line.instance.pk for line in wanting if not line.is_new}
        first: dict[Any, int] = {}
        for line in wanting:
            value = line.values[column]
            holder = holders.get(value)
            same = first.setdefault(value, line.number)
            if same != line.number:
                line.refuse(column, _("Row %(row)d has the same.") % {"row": same})
            elif holder is not None and holder not in changing:
                line.refuse(column, resource.taken(column))


def _check(resource: "ScopedResource", line: Line) -> None:
    """Check a row by itself; what depends on other rows the database decides."""
    model_fields = {f.name for f in line.instance._meta.fields}
    plain = {
        field_.attribute
        for column, field_ in resource.columns().items()
        if column in line.changes and not hasattr(field_.widget, "learn")
    }
    try:
        line.instance.clean_fields(exclude=model_fields - (plain - {*line.errors}))
    except ValidationError as error:
        for column, errors in error.error_dict.items():
            line.errors.setdefault(column, ValidationError(errors))
    resource.check(line)


def _write(lines: list[Line], write: Any) -> None:
    for start in range(0, len(lines), AT_ONCE):
        _write_or_halve(lines[start : start + AT_ONCE], write)


def _write_or_halve(lines: list[Line], write: Any) -> None:
    """Write lines at once; where the database refuses, find the line it refuses by halves."""
    if not lines:
        return
    try:
        with transaction.atomic():
            write(lines)
    except (IntegrityError, DataError, InternalError) as error:
        if len(lines) == 1:
            column, sentence = refusal_of(error, lines[0].cells)
            lines[0].refuse(column, sentence)
            return
        middle = len(lines) // 2
        _write_or_halve(lines[:middle], write)
        _write_or_halve(lines[middle:], write)


def _insert(lines: list[Line]) -> None:
    for line in lines:
        line.instance.pk = None  # of a try that was taken back
    model = type(lines[0].instance)
    model._default_manager.bulk_create([line.instance for line in lines])


def _update(lines: list[Line]) -> None:
    model = type(lines[0].instance)
    changed = {column for line in lines for column in line.changes}
    names = [f.name for f in model._meta.fields if {f.name, FOLLOWS.get(f.name)} & changed]
    if names:
        model._default_manager.bulk_update([line.instance for line in lines], names)


def lines_of(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> Iterator[Line]:
    """Return the rows of a table that hold anything, by the number a spreadsheet gives them."""
    for number, row in enumerate(rows, 2):
        if any(cell not in (None, "") for cell in row):
            yield Line(number, dict(zip(columns, row, strict=True)))


def check_position(line: Line) -> None:
    """Refuse a position that is not on Earth, or written with its degrees exchanged."""
    for column, most in (("latitude_deg", 90), ("longitude_deg", 180)):
        value = line.values.get(column)
        if value is not None and abs(value) > most:
            line.refuse(
                column,
                _("Write degrees between -%(most)d and %(most)d, like 39.63.") % {"most": most},
            )
