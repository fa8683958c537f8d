"""What the database refused a row for, in words and by column."""

import re
from collections.abc import Collection

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import Error
from django.utils.translation import gettext as _

from fleet.services.constraints import violated_constraint


def refusal_of(error: Error, columns: Collection[str]) -> tuple[str, str]:
    """Return the column that PostgreSQL names, if it names one of `columns`, and a sentence."""
    diag = getattr(error.__cause__, "diag", None)
    taken = re.match(r"Key \((.+?)\)=", getattr(diag, "message_detail", None) or "")
    if taken:
        named = taken[1].replace("_id", "").split(", ")
        column = next((name for name in reversed(named) if name in columns), NON_FIELD_ERRORS)
        sentence = _("Another row has this %(columns)s already.") % {"columns": ", ".join(named)}
        return column, sentence
    rule = violated_constraint(error) or getattr(diag, "message_primary", None) or str(error)
    return NON_FIELD_ERRORS, _("The rule “%(rule)s” forbids this row.") % {"rule": rule}
