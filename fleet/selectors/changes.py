"""Each change of a row with who, when, why, before and after: what the history tells."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pghistory.core import event_models

from fleet.models import User
from fleet.selectors.said import reason_said

LIMIT = 200
VERBS = {
    "insert": gettext_lazy("made"),
    "update": gettext_lazy("changed"),
    "delete": gettext_lazy("removed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a row, ready to be read by people; `columns` are those that it changed."""

    at: datetime
    who: str
    verb: str
    reason: str
    fields: list[tuple[str, Any, Any]]
    columns: frozenset[str] = frozenset()


def changes_of(obj: Any, *, limit: int = LIMIT) -> list[Change]:
    """Return the newest changes of a row first, at most `limit`, however many there are."""
    events = _events_of(obj, limit + 1)
    contexts = [event.pgh_context.metadata if event.pgh_context else {} for event in events]
    names = User.objects.in_bulk({int(c["user"]) for c in contexts if c.get("user")})
    fields = {f.attname: f for f in obj._meta.concrete_fields}
    changes = []
    before_each = [*events[1:], None][: len(events)]
    for event, before, context in [*zip(events, before_each, contexts, strict=True)][:limit]:
        user = names.get(int(context["user"])) if context.get("user") else None
        changed = _changed(before, event, fields)
        changes.append(
            Change(
                at=event.pgh_created_at,
                who=str(user) if user else context.get("actor", "") or _("the service"),
                verb=str(VERBS.get(event.pgh_label, event.pgh_label)),
                reason=reason_said(context.get("reason", "")),
                fields=[
                    (
                        str(fields[name].verbose_name),
                        _said(fields[name], old),
                        _said(fields[name], new),
                    )
                    for name, (old, new) in changed.items()
                ],
                columns=frozenset(changed),
            )
        )
    return changes


def last_change(obj: Any, column: str) -> Change | None:
    """Return the newest change of a row that touched a column, if it is among the last fifty."""
    touched = (each for each in changes_of(obj, limit=50) if column in each.columns)
    return next(touched, None)


def _events_of(obj: Any, limit: int) -> list[Any]:
    kept = event_models(tracks_model=type(obj))
    if not kept:
        return []  # of figures and ledgers, which nobody changes, there is no history
    rows: Any = kept[0]._default_manager.filter(pgh_obj_id=obj.pk)
    return list(rows.select_related("pgh_context").order_by("-pgh_id")[:limit])


def _changed(before: Any, after: Any, columns: Iterable[str]) -> dict[str, tuple[Any, Any]]:
    """Return what differs between two states of a row; nothing if there was none before."""
    if before is None:
        return {}
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in columns}
    return {name: (old, new) for name, (old, new) in pairs.items() if old != new}


def _said(field: Any, value: Any) -> Any:
    """Return a value in the reader's words, where it is a word of the code."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not field.flatchoices:
        return value
    word = dict(field.flatchoices).get(value)
    return value if word is None else str(word)
