"""What a change form showed when it was opened, in the words the browser sends back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.forms import BoundField
from django.utils.translation import gettext as _

SEEN = "_seen"  # the hidden field that carries it
NOT_OF_THE_ROW = {"change_reason", "DELETE"}
type Posted = dict[str, list[str]]
"""What a browser sends for one field: values by the end of the name (`_0` and `_1` of a range)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenField:
    """One field of a form: `key` knows it by row, however rows are numbered in the browser."""

    key: str
    bound: BoundField
    row: Any
    posted: Posted


def fields_of(form: Any, formsets: list[Any]) -> Iterator[SeenField]:
    """Yield every field of a form and its inlines that could be changed."""
    yield from _fields(form, "")
    for formset in formsets:
        for row in formset.initial_forms:
            yield from _fields(row, f"{formset.prefix}:{row.instance.pk}:")


def _fields(form: Any, root: str) -> Iterator[SeenField]:
    own_key = form.instance._meta.pk.name
    for bound in form:
        if bound.name in NOT_OF_THE_ROW or bound.field.disabled or bound.name == own_key:
            continue
        if isinstance(bound.field, forms.models.InlineForeignKeyField):
            continue
        posted = as_posted(bound)
        yield SeenField(key=f"{root}{bound.name}", bound=bound, row=form.instance, posted=posted)


def as_posted(bound: BoundField) -> Posted:
    """Return what a browser would send back if nobody touched the field."""
    return dict(_posted(bound.field.widget, bound.field.prepare_value(bound.initial), ""))


def _posted(widget: Any, value: Any, end: str) -> Iterator[tuple[str, list[str]]]:
    while isinstance(widget, RelatedFieldWidgetWrapper):
        widget = widget.widget
    if isinstance(widget, forms.MultiWidget):
        several: Any = widget
        values = value if isinstance(value, list | tuple) else several.decompress(value)
        parts = zip(several.widgets, several.widgets_names, values, strict=False)
        for part, name, each in parts:
            yield from _posted(part, each, f"{end}{name}")
    elif isinstance(widget, forms.CheckboxInput):
        yield end, ["on"] if value else []
    elif isinstance(widget, forms.SelectMultiple):
        yield end, sorted(str(each) for each in value or [])
    else:
        shown = widget.format_value(value)
        shown = shown[0] if isinstance(shown, list) and shown else shown
        yield end, ["" if shown in (None, []) else str(shown)]


def sent(posted: Any, name: str, like: Posted) -> Posted:
    """Return what a browser did send for a field of this name."""
    return {
        end: sorted(posted.getlist(name + end)) if len(values) > 1 else posted.getlist(name + end)
        for end, values in like.items()
    }


def in_words(bound: BoundField, posted: Posted) -> str:
    """Return what was sent or shown for a field, as people read it."""
    field: Any = bound.field
    values = [value for each in posted.values() for value in each]
    if isinstance(field, forms.ModelChoiceField):
        rows: Any = field.queryset
        known = {str(row.pk): str(row) for row in rows.filter(pk__in=_numbers(values))}
        values = [known.get(value, value) for value in values]
    elif isinstance(field, forms.BooleanField):
        return _("yes") if values else _("no")
    elif hasattr(field, "choices"):
        names = {str(code): str(name) for code, name in field.choices}
        values = [names.get(value, value) for value in values]
    return " ".join(value for value in values if value) or "–"


def _numbers(values: list[str]) -> list[str]:
    return [value for value in values if value.isascii() and value.isdecimal()]
