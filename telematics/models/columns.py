"""Columns of our own: numbers kept in small steps, and sets of whole numbers."""

from typing import Any

from django.db import models
from django.db.models.expressions import RawSQL


class Scaled(models.FloatField):  # type: ignore[type-arg]  # no such arguments at run time
    """A number kept as whole steps: `units` of its unit are `steps` of them.

    Two bytes, or four if `is_wide`.
    """

    def __init__(
        self, *args: Any, steps: int = 1, units: int = 1, is_wide: bool = False, **options: Any
    ) -> None:
        self.steps, self.units, self.is_wide = steps, units, is_wide
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        """Return what makes the field again."""
        name, path, args, options = super().deconstruct()
        own = {"steps": self.steps, "units": self.units, "is_wide": self.is_wide}
        return name, path, args, {**options, **own}

    def db_type(self, connection: Any) -> str:  # noqa: ARG002  the framework passes it
        """Return the column's type."""
        return "integer" if self.is_wide else "smallint"

    def from_db_value(self, value: int | None, *_: Any) -> float | None:
        """Return the number of units."""
        return None if value is None else value * self.units / self.steps

    def get_prep_value(self, value: Any) -> Any:
        """Return the nearest whole number of steps."""
        number = super().get_prep_value(value)
        return None if number is None else round(number * self.steps / self.units)


NOTHING = RawSQL("'{}'::int8multirange", ())
"""No numbers at all, for `MultirangeField`."""


class MultirangeField(models.Field):  # type: ignore[type-arg]  # the same
    """Whole numbers as disjoint ranges: PostgreSQL's `int8multirange`."""

    def db_type(self, connection: Any) -> str:  # noqa: ARG002  the framework passes it
        """Return the column's type."""
        return "int8multirange"
