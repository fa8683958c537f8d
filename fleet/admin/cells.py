"""Cells of tables that go out and come in: formulas disarmed, files of any Chinese office read."""

from typing import Any

from import_export.formats.base_formats import CSV, XLSX
from tablib.core import Dataset

# A spreadsheet runs a cell that begins so (OWASP, CSV injection); a leading quote disarms it.
ARMED = ("=", "+", "-", "@", "\t", "\r", "\0")


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


class Commas(CSV):
    """CSV as spreadsheets here write and read it: UTF-8 with its mark, or GB 18030."""

    def is_binary(self) -> bool:
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> Dataset:
        try:
            text = in_stream.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = in_stream.decode("gb18030")
        dataset: Dataset = super().create_dataset(text, **kwargs)
        return dataset

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        text: str = super().export_data(dataset, **kwargs)
        return text.encode("utf-8-sig")


FORMATS = (Commas, XLSX)
