"""What a page on paper is made of; all text as it is to be read, in the reader's language."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """A number to be seen first; `note` says in small what it is compared with."""

    label: str
    value: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures side by side, as many a line as `columns`."""

    figures: Sequence[Figure]
    columns: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under heads; columns whose indexes are in `numbers` are set to the right.

    `widths` are shares of the page's width, equal if not given. The last row is a sum if
    `has_total`. The heads are repeated on each page.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    numbers: Set[int] = frozenset()
    widths: Sequence[float] = ()
    has_total: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph; `is_small` for what explains."""

    text: str
    is_small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars by label, stacked where there are several series; one label or more, none negative."""

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float]]]


type Part = Figures | Table | Note | Bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document of one or a few A4 pages; the footer stands on each, beside the page's number."""

    title: str
    subtitle: str = ""
    parts: Sequence[Part] = field(default_factory=tuple)
    footer: str = ""
    is_landscape: bool = False
