"""Which named rule of the database refused a write."""

from django.db import Error


def violated_constraint(error: Error) -> str:
    """Return the name of the constraint or trigger that refused; empty when it has none."""
    diag = getattr(error.__cause__, "diag", None)
    return getattr(diag, "constraint_name", None) or ""
