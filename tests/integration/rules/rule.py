"""A rule the database keeps, and a statement in raw SQL that breaks it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Statement:
    """Raw SQL with its values."""

    sql: str
    values: list[Any]

    def run(self) -> None:
        """Run it, and check at once what is checked at the end of a transaction."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@dataclass(frozen=True, slots=True)
class Rule:
    """A named constraint, or a trigger (`trigger`: its name on the model), and what breaks it.

    `says` is what the database answers if it does not name the rule.
    """

    name: str
    table: str
    breaks: Callable[[], Statement]
    trigger: str = ""
    says: str = ""

    def drop(self) -> None:
        """Take the rule out of the database, until the transaction is rolled back."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(self._dropping(cursor))

    def _dropping(self, cursor: Any) -> str:
        if self.trigger:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE %s",
                [self.table, f"pgtrigger_{self.trigger}_%"],
            )
            return f"DROP TRIGGER {cursor.fetchone()[0]} ON {self.table}"
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [self.name])
        if cursor.fetchone():
            return f"ALTER TABLE {self.table} DROP CONSTRAINT {self.name}"
        return f"DROP INDEX {self.name}"


def change(row: Model, **columns: Any) -> Statement:
    """Return the update of a row's columns."""
    names = ", ".join(f'"{name}" = %s' for name in columns)
    meta = row._meta
    sql = f'UPDATE {meta.db_table} SET {names} WHERE "{meta.pk.column}" = %s'
    return Statement(sql, [*columns.values(), row.pk])


def twin(row: Model, **columns: Any) -> Statement:
    """Return the insertion of a copy of a row, with other values in some columns."""
    meta = row._meta
    names = [field.column for field in meta.local_concrete_fields if field is not meta.pk]
    values = ", ".join("%s" if name in columns else f'"{name}"' for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    sql = (
        f"INSERT INTO {meta.db_table} ({quoted})"
        f' SELECT {values} FROM {meta.db_table} WHERE "{meta.pk.column}" = %s'
    )
    return Statement(sql, [*(columns[name] for name in names if name in columns), row.pk])
