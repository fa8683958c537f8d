"""Nobody overwrites what they did not see: a row is held, then compared with what was seen of it.

The forms of the admin and the API's `If-Match` both keep to this, so they keep to each other: who
saves holds the row first, and whoever comes second looks at it as the first one left it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from fleet.selectors.changes import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference[Value]:
    """A field that somebody else changed since it was seen, and their change, if it is known."""

    key: str
    label: str
    seen: Value
    theirs: Value
    yours: Value
    change: Change | None


class StaleError(Exception):
    """What was to be changed is not as it was seen, but as `facts` say: nothing was written."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__()
        self.facts = facts


def hold(rows: QuerySet[Any]) -> None:
    """Lock rows of one table against other writers until the transaction ends, by number."""
    list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def write_columns(row: Model, values: Mapping[str, Any]) -> None:
    """Write plain columns of a row that is held, as strictly as a form would.

    Raises
    ------
    django.core.exceptions.ValidationError
        By column; nothing was written.
    """
    if not values:
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean(exclude={field.name for field in row._meta.fields} - values.keys())
    row.save(update_fields=[*values])
