"""The indexes that find a row by a few characters of its code or name."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import Index
from django.db.models.functions import Reverse, Upper


def found_by(field: str, *, name: str, inside: bool = True) -> list[Index]:
    """Return indexes by the first, the last and (three or more) the inner characters of a column.

    Capitals and small letters are one. `name` begins the names of the indexes.
    """
    written = Upper(field)
    ends = [
        Index(OpClass(written, name="text_pattern_ops"), name=f"{name}_start"),
        Index(OpClass(Reverse(written), name="text_pattern_ops"), name=f"{name}_end"),
    ]
    within = GinIndex(OpClass(written, name="gin_trgm_ops"), name=f"{name}_inside")
    return [*ends, within] if inside else ends
