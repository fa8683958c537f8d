"""No form overwrites what it did not show: 412, the difference, a choice, and send again."""

import json
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from fleet.admin.seen import SEEN, Posted, SeenField, fields_of, in_words, sent
from fleet.selectors.changes import last_change
from fleet.services.seen import Difference, hold

CHOICE = "_choose:"
THEIRS = "theirs"
SAVES = ("_save", "_continue", "_addanother", "_saveasnew")


def seen_by(form: Any, formsets: list[Any]) -> str:
    """Return what a form shows, to be sent back with it."""
    return json.dumps({each.key: each.posted for each in fields_of(form, formsets)})


def answer_if_stale(page: Any, request: HttpRequest, object_id: str) -> HttpResponse | None:
    """Lock the row and its inlines; answer 412 if they are not as the form had them.

    To be called in the transaction that saves. Where the writer chose what others wrote, that is
    put into `request.POST` instead of their own.
    """
    obj = page.get_object(request, unquote(object_id))
    if obj is None or not page.has_change_permission(request, obj) or _is_action(request):
        return None
    hold(page.model._base_manager.filter(pk=obj.pk))
    form, formsets = _as_it_is(page, request, object_id)
    fields = list(fields_of(form, formsets))
    names = {each.key: _name_in(request.POST, each) for each in fields}
    seen = _seen(request)
    differences = []
    for each in fields:
        yours = sent(request.POST, names[each.key], each.posted)
        if each.key in (seen or {}) or seen is None:
            before = None if seen is None else seen[each.key]
            if before != each.posted and yours != each.posted and names[each.key]:
                differences.append(_difference(each, before, yours))
    if differences:
        return _refusal(page, request, form.instance, differences, seen_by(form, formsets))
    _take_theirs(request, fields, names)
    return None


def _is_action(request: HttpRequest) -> bool:
    return not any(name in request.POST for name in SAVES) and any(
        key.endswith("action") for key in request.POST
    )


def _as_it_is(page: Any, request: HttpRequest, object_id: str) -> tuple[Any, list[Any]]:
    """Return the form and its inlines as the database has them now, their rows locked."""
    obj = page.get_object(request, unquote(object_id))
    names = flatten_fieldsets(page.get_fieldsets(request, obj))
    form = page.get_form(request, obj, change=True, fields=names)(instance=obj)
    formsets: list[Any] = []
    prefixes: dict[str, int] = {}
    for formset_class, inline in page.get_formsets_with_inlines(request, obj):
        prefix = formset_class.get_default_prefix()
        prefixes[prefix] = count = prefixes.get(prefix, 0) + 1
        if count > 1:
            prefix = f"{prefix}-{count}"
        rows = inline.get_queryset(request)
        formset = formset_class(instance=obj, prefix=prefix, queryset=rows)
        if inline.has_change_permission(request, obj):
            keys = [row.pk for row in formset.get_queryset()]
            hold(formset.model._base_manager.filter(pk__in=keys))
            formsets.append(formset_class(instance=obj, prefix=prefix, queryset=rows.all()))
    return form, formsets


def _seen(request: HttpRequest) -> dict[str, Posted] | None:
    try:
        seen = json.loads(request.POST.get(SEEN, ""))
    except ValueError:
        return None
    return seen if isinstance(seen, dict) else None


def _name_in(posted: Any, each: SeenField) -> str:
    """Return the name under which the browser sent a field; empty if it did not send its row."""
    root, _colon, field = each.key.rpartition(":")
    if not root:
        return field
    prefix, _colon, pk = root.rpartition(":")
    key = each.row._meta.pk.name
    count = posted.get(f"{prefix}-INITIAL_FORMS", "0")
    for number in range(min(int(count), 2000) if count.isdecimal() else 0):
        if posted.get(f"{prefix}-{number}-{key}") == pk:
            return f"{prefix}-{number}-{field}"
    return ""


def _difference(each: SeenField, before: Posted | None, yours: Posted) -> Difference[str]:
    model_field = {f.name: f for f in each.row._meta.get_fields()}.get(each.bound.name)
    column = str(getattr(model_field, "attname", each.bound.name))
    is_own = ":" not in each.key
    return Difference(
        key=each.key,
        label=str(each.bound.label) if is_own else f"{each.row}: {each.bound.label}",
        seen="–" if before is None else in_words(each.bound, before),
        theirs=in_words(each.bound, each.posted),
        yours=in_words(each.bound, yours),
        change=last_change(each.row, column),
    )


def _refusal(
    page: Any, request: HttpRequest, obj: Any, differences: list[Difference[str]], seen: str
) -> HttpResponse:
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in {SEEN, "csrfmiddlewaretoken"} and not name.startswith(CHOICE)
    ]
    context = {
        **page.admin_site.each_context(request),
        "title": _("%(name)s was changed meanwhile") % {"name": obj},
        "opts": page.opts,
        "object": obj,
        "differences": differences,
        "kept": kept,
        "seen_name": SEEN,
        "seen": seen,
        "choice": CHOICE,
    }
    return TemplateResponse(request, "fleet/stale.html", context, status=412)


def _take_theirs(request: HttpRequest, fields: list[SeenField], names: dict[str, str]) -> None:
    chosen = {key.removeprefix(CHOICE) for key in request.POST if key.startswith(CHOICE)}
    if not chosen:
        return
    posted = request.POST.copy()
    for each in fields:
        if each.key in chosen and posted.get(CHOICE + each.key) == THEIRS:
            for end, values in each.posted.items():
                posted.setlist(names[each.key] + end, values)
    request.POST = posted  # type: ignore[assignment]  # as Django's own middleware may
