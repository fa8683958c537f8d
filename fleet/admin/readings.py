"""What a cell of a table says, read strictly: a refusal says how to write it."""

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import models
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from import_export.widgets import Widget

DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
CLOCK = re.compile(r"(\d{1,2})[::](\d{2})(?:[::](\d{2}(?:\.\d{1,6})?))?")
YES = {"1", "true", "yes", "y", "是"}
NO = {"0", "false", "no", "n", "否"}
MOMENT_LIKE = "2026-11-22 08:30"


class Text(Widget):
    """Text as it stands; a number that Excel made of a code is its digits."""

    def written(self) -> str:
        """Say how a cell is written."""
        return _("text")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value)


def unseen_in(text: str, *, only_impossible: bool = False) -> str:
    """Return the first character of a text that nobody sees, or that PostgreSQL has no text with.

    Blanks, tabs and line ends are seen.
    """
    found = (c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\r\n")
    return next((c for c in found if not only_impossible or c == "\0" or c >= "\ud800"), "")


class WholeNumber(Widget):
    """A whole number: nothing is rounded in silence."""

    def written(self) -> str:
        """Say how a cell is written."""
        return _("a whole number")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        number = Number().clean(value)
        if number is None:
            return None
        if not number.is_integer():
            raise ValueError(_("Write a whole number, without a unit, like 120."))
        return int(value) if isinstance(value, int) else int(number)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else value


class Number(WholeNumber):
    """A number, with a point if it is no whole one."""

    def written(self) -> str:
        """Say how a cell is written."""
        return _("a number")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = str("" if value is None else value).strip().replace(",", "")
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(_("Write a number, without a unit, like 120 or 39.63."))
        return number


class YesNo(Widget):
    """Yes or no, in either language."""

    def written(self) -> str:
        """Say how a cell is written."""
        return _("1 (yes) or 0 (no)")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool | None:
        text = Text().clean(value).strip().lower()
        if text and text not in YES | NO:
            raise ValueError(_("Write 1 (yes) or 0 (no)."))
        return text in YES if text else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else int(value)


class OneOf(Widget):
    """One of a few words: by its code, or by its name in either language."""

    def __init__(self, choices: Sequence[tuple[Any, Any]]) -> None:
        super().__init__()
        self.choices = choices

    @cached_property
    def codes(self) -> dict[str, Any]:
        """Return the code of every name, in small letters."""
        codes: dict[str, Any] = {}
        for language in ("en", "zh-hans"):
            with translation.override(language):
                codes |= {str(name).lower(): code for code, name in self.choices}
        return codes | {str(code).lower(): code for code, _name in self.choices}

    def written(self) -> str:
        """Say how a cell is written."""
        return ", ".join(f"`{code}` ({name})" for code, name in self.choices)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = Text().clean(value).strip().lower()
        if not text or text in self.codes:
            return self.codes[text] if text else None
        raise ValueError(_("Write one of these: %(known)s.") % {"known": self.written()})


class Day(Widget):
    """A day, as people and spreadsheets write it."""

    def written(self) -> str:
        """Say how a cell is written."""
        return "2026-11-22"

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date | None:
        if isinstance(value, datetime):
            return value.date()
        text = str("" if value is None else value).strip()
        found = DAY.fullmatch(text.removesuffix(" 00:00:00"))
        try:
            if found:
                return date(*map(int, found.groups()))
        except ValueError:
            found = None
        if text:
            raise ValueError(_("Write the day like 2026-11-22."))
        return None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.isoformat() if value else ""


class Moment(Widget):
    """A day and a time on the service's clock on the wall, or with an offset from UTC."""

    def written(self) -> str:
        """Say how a cell is written."""
        return MOMENT_LIKE

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime | None:
        if value is None or str(value).strip() == "":
            return None
        moment = value if isinstance(value, datetime) else _moment(str(value).strip())
        if moment is None:
            raise ValueError(_("Write day and time like %(example)s.") % {"example": MOMENT_LIKE})
        return timezone.make_aware(moment) if timezone.is_naive(moment) else moment

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        if not value:
            return ""
        return timezone.localtime(value).replace(tzinfo=None).isoformat(" ")


def _moment(text: str) -> datetime | None:
    day = DAY.match(text)
    clock = CLOCK.fullmatch(text[day.end() :].strip()) if day else None
    try:
        if day and clock:
            seconds = float(clock[3] or 0)
            at = time(int(clock[1]), int(clock[2]), int(seconds), round(seconds % 1 * 1e6))
            return datetime.combine(date(*map(int, day.groups())), at)
        return datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return None


READINGS: tuple[tuple[Any, type[Widget]], ...] = (
    (models.BooleanField, YesNo),
    (models.IntegerField, WholeNumber),
    (models.FloatField, Number),
    (models.DateTimeField, Moment),
    (models.DateField, Day),
    (models.CharField, Text),
    (models.TextField, Text),
)


def reading_of(field: Any) -> Widget:
    """Return what reads and writes the cells of a model's field."""
    if field.choices:
        return OneOf(field.choices)
    return next((reading() for kind, reading in READINGS if isinstance(field, kind)), Widget())
