"""Cells of tables that go out and come in: formulas disarmed, files of any Chinese office read."""

import csv
import io
import re
import zipfile
from typing import Any

from django.utils.translation import gettext as _
from import_export.formats.base_formats import CSV, XLSX
from openpyxl.reader.excel import load_workbook
from tablib.core import Dataset

# A spreadsheet runs a cell that begins so (OWASP, CSV injection); a leading quote disarms it.
ARMED = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
MAX_ROWS = 50_000
OLD_WORKBOOK, WORKBOOK = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")  # what Excel saves as “Unicode text”
# XML holds no such character; a workbook writes it by its number (ECMA-376, ST_Xstring).
SEALED = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
SEAL = re.compile("_x([0-9A-Fa-f]{4})_")
PRIVATE = re.compile("[\ue000-\uf8ff]")  # what text of another encoding turns into


class UnreadableFileError(Exception):
    """A file is no table; the sentence says why and what to do."""


def disarmed(cell: Any) -> Any:
    """Return a cell that no spreadsheet runs; `rearmed` undoes it."""
    return "'" + cell if isinstance(cell, str) and _is_armed(cell) else cell


def rearmed(cell: Any) -> Any:
    """Undo `disarmed`, so that an export imports without a change."""
    if isinstance(cell, str) and cell.startswith("'") and _is_armed(cell):
        return cell[1:]
    return cell


def _is_armed(text: str) -> bool:
    """Say whether text would be run, also when quotes stand before it already."""
    return text.lstrip("'").startswith(ARMED)


def format_of(content: bytes) -> int:
    """Return which of `FORMATS` a file is, by its first bytes: people need not say it."""
    return 1 if content.startswith((WORKBOOK, OLD_WORKBOOK)) else 0


class Commas(CSV):
    """CSV as spreadsheets here write and read it: UTF-8 with its mark, UTF-16, or GB 18030."""

    def is_binary(self) -> bool:
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> Dataset:
        text = _text(in_stream)
        first = text.partition("\n")[0]
        comma = "," if "," in first else next((mark for mark in "\t;" if mark in first), ",")
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True))
        except csv.Error as error:
            raise UnreadableFileError(
                _("The quotes of this file do not match. Save it from your spreadsheet anew.")
            ) from error
        return _table(rows)

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        text: str = super().export_data(dataset, **kwargs)
        return text.encode("utf-8-sig")


class Workbook(XLSX):
    """The first sheet of an Excel workbook."""

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> Dataset:
        if in_stream.startswith(OLD_WORKBOOK):
            raise UnreadableFileError(
                _("This is a workbook of an old Excel, or one with a password. Save it as .xlsx.")
            )
        try:
            load: Any = load_workbook  # without types
            book = load(io.BytesIO(in_stream), read_only=True, data_only=True)
            rows = [[_opened(cell) for cell in row] for row in book.worksheets[0].values]
        except (zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
            raise UnreadableFileError(
                _("This workbook is damaged. Open it in your spreadsheet and save it as .xlsx.")
            ) from error
        return _table(rows)

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        sealed: Any = Dataset
        open_rows: Any = dataset
        rows = [[_sealed(cell) for cell in row] for row in open_rows]
        content: bytes = super().export_data(sealed(*rows, headers=dataset.headers), **kwargs)
        return content


FORMATS = (Commas, Workbook)


def _text(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith(WIDE_TEXT) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or not PRIVATE.search(text):
            return text
    raise UnreadableFileError(
        _(
            "The text of this file is neither UTF-8 nor GBK. In Excel choose “Save as” and there"
            " “CSV UTF-8”, or “Excel workbook (.xlsx)”."
        )
    )


def _table(rows: list[list[Any]]) -> Dataset:
    """Return rows as wide as their headings; those of empty cells alone keep their place."""
    if len(rows) > MAX_ROWS + 1:
        raise UnreadableFileError(
            _("This file has more than %(most)d rows. Split it.") % {"most": MAX_ROWS}
        )
    headings, *below = [*rows, []] if len(rows) < 2 else rows
    width = len(_trimmed(headings))
    if not width:
        raise UnreadableFileError(_("The first row must name the columns; here it is empty."))
    table: Any = Dataset(headers=headings[:width])
    for number, row in enumerate(map(_trimmed, below), 2):
        if len(row) > width:
            raise UnreadableFileError(
                _(
                    "Row %(row)d has more cells than there are columns. Text with a comma in it"
                    " must stand in quotes: save the file from your spreadsheet."
                )
                % {"row": number}
            )
        table.append(row + [None] * (width - len(row)))
    return table  # type: ignore[no-any-return]  # tablib has no types


def _trimmed(row: list[Any]) -> list[Any]:
    cells = list(row)
    while cells and cells[-1] in (None, ""):
        cells.pop()
    return cells


def _sealed(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    return SEALED.sub(lambda found: f"_x{ord(found[0]):04X}_", cell)


def _opened(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    return SEAL.sub(lambda found: chr(int(found[1], 16)), cell)
