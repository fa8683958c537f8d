"""What the columns of a table mean, for whoever fills one in."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from fleet.admin.tables import ScopedResource


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the file, what it means, how it is written, when it is needed."""

    name: str
    meaning: str
    written: str
    needed: str


def described(table: "ScopedResource") -> list[Column]:
    """Return the columns of a table in their order."""
    row = table.new_row()
    keys = table.get_import_id_fields()
    found = []
    for name, field in table.columns().items():
        if name in keys:
            needed = _("always: rows are known by it")
        elif name == "id":
            needed = _("no: it says which row is meant where nothing else does")
        else:
            needed = "" if table.may_be_left_out(name, row) else _("for new rows")
        written = getattr(field.widget, "written", None)
        found.append(Column(name, table.meaning(name), written() if written else "", needed))
    return found
