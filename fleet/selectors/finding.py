"""What a few typed characters mean: the ends of a code first, then its start, then its inside."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Reverse, Upper

NEAR, INSIDE, ENOUGH = 200, 60, 8
CANDIDATES, FEW = 400, 50
type Ways = Callable[[], Sequence[Q]]
INSIDE_FROM = 3  # characters: fewer are in too many codes, and no index knows them


class Rank(IntEnum):
    """How well a row answers; less is better."""

    EXACT = 0
    END = 1
    START = 2
    WORD = 3
    INSIDE = 4


def plain(text: str) -> str:
    """Return what was typed in one form: half-width capitals, no space around."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def squeezed(text: str) -> str:
    """Return what was typed of a plate, VIN or pack code: letters and digits alone."""
    return "".join(each for each in plain(text) if each.isalnum())


def code_rank(code: str, typed: str) -> Rank | None:
    """Say how well a code answers what was typed of it; None: not at all.

    A plate is told by its digits, often without the letter at either end.
    """
    code = code.upper()
    if not typed or typed not in code:
        return None
    if code == typed:
        return Rank.EXACT
    if code.endswith(typed) or (code[-1].isalpha() and code[:-1].endswith(typed)):
        return Rank.END
    return Rank.START if code.startswith(typed) else Rank.INSIDE


def words_of(text: str) -> list[str]:
    """Return the words of what was typed; `cao12` are two."""
    return re.findall(r"\d+|[^\W\d_]+", plain(text))


def name_rank(name: str, typed: str) -> Rank | None:
    """Say how well a name answers what was typed of it; None: not at all."""
    name, typed = name.upper(), plain(typed)
    if not name or not typed:
        return None
    if name == typed:
        return Rank.EXACT
    if name.startswith(typed):
        return Rank.START
    words, known = words_of(typed), words_of(name)
    if words and all(any(each.startswith(word) for each in known) for word in words):
        return Rank.WORD
    if typed in name or (words and all(word in name for word in words)):
        return Rank.INSIDE
    return None


def rows_by_code(
    rows: QuerySet[Any],
    fields: list[str],
    typed: str,
    *,
    inside: bool = True,
    ways: Ways | None = None,
) -> list[Any]:
    """Return rows one of whose columns begins or ends with, or else holds, what was typed.

    At most `NEAR` and `INSIDE` of them, in no order; indexed by `fleet.models.found`. `ways` are
    the conditions of which a row of the door fulfils one, if the door has more than one.
    """
    if not typed:
        return []
    near, within = Q(), Q()
    for field in fields:
        near |= Q(**{f"{field}__istartswith": typed})
        near |= Q(**{f"{field}_backwards__startswith": typed[::-1]})
        within |= Q(**{f"{field}__icontains": typed})
    backwards = {f"{field}_backwards": Reverse(Upper(field)) for field in fields}
    found = _seen(rows.alias(**backwards), near, backwards, most=NEAR, ways=ways)
    if inside and len(typed) >= INSIDE_FROM and len(found) < ENOUGH:
        found += _seen(rows, within, {}, most=INSIDE, ways=ways)
    return list({row.pk: row for row in found}.values())


def _seen(
    rows: QuerySet[Any], wanted: Q, named: dict[str, Any], *, most: int, ways: Ways | None
) -> list[Any]:
    """Return at most so many rows of a door for which a condition holds, in no order.

    Codes are many and a door may be wide, but few codes answer what was typed: the index names
    these candidates by their keys alone, and the door says which of them the user may look at.
    Only if the candidates are too many and few of them pass is everything asked at once: way by
    way where the door has several, of all rows where it has one.
    """
    every = rows.model._default_manager.alias(**named).filter(wanted).order_by()
    keys = list(every.values_list("pk", flat=True)[:CANDIDATES])
    seen = list(rows.filter(pk__in=keys).order_by()[:most]) if keys else []
    if len(keys) == CANDIDATES and len(seen) < FEW:
        rest = rows.filter(pk__in=_by_ways(every, ways(), most=most)) if ways else rows
        seen = list(rest.filter(wanted).order_by()[:most])
    return seen


def _by_ways(wanted: QuerySet[Any], ways: Sequence[Q], *, most: int) -> set[int]:
    """Return the keys of rows that some way leads to.

    Of a condition with *or* across tables no index knows anything, and every row would be read; of
    each way alone one does. The door is asked of these rows again: ways add nothing to it.
    """
    found = [wanted.filter(way).values_list("pk", flat=True)[:most] for way in ways]
    return {key for keys in found for key in keys}


def rows_by_name(rows: QuerySet[Any], fields: list[str], typed: str) -> list[Any]:
    """Return rows that hold every word typed in one of few columns; for short lists."""
    words = words_of(typed)
    if not words:
        return []
    every = Q()
    for word in words:
        each = Q()
        for field in fields:
            each |= Q(**{f"{field}__icontains": word})
        every &= each
    return list(rows.filter(every).order_by()[:NEAR])
