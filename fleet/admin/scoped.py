"""The one base of every admin page: who sees which rows, who changes them, and why they did."""

from typing import Any, ClassVar

import pghistory
from django import forms
from django.contrib.admin import ModelAdmin as PlainModelAdmin
from django.contrib.admin import RelatedFieldListFilter
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from fleet.access import Keepers, Viewer, keeps
from fleet.admin.days import day_links
from fleet.admin.history import history_response
from fleet.admin.named_fields import name_parts
from fleet.admin.saved_views import SavedViews
from fleet.admin.seen import SEEN
from fleet.admin.stale import answer_if_stale, seen_by
from fleet.models import User


class ReasonForm(forms.ModelForm):  # type: ignore[type-arg]  # one form for every model
    """A model form that asks why; the answer goes into the history of the change."""

    change_reason = forms.CharField(
        label=_("Why this change"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Kept in the history, with your name."),
    )


class ScopedAdmin(SavedViews, ModelAdmin):
    """An admin page that starts from a door of `access.py`.

    A subclass says what a user may look at (`rows_for`), which roles change rows (`writers`), and
    which rows they may change (`changeable_for`; those they see, if not said). Everything else
    (lists, forms, choices, filters, search, import, export, history) follows from these.
    """

    form: Any = ReasonForm
    writers: ClassVar[frozenset[str]] = frozenset()
    kinds: ClassVar[frozenset[str]] = frozenset()  # kinds of operator that may; empty: all
    can_add: ClassVar[bool] = True
    can_delete: ClassVar[bool] = False
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    change_form_after_template: Any = "fleet/seen.html"  # unfold: None

    def rows_for(self, user: Viewer) -> QuerySet[Any]:
        """Return the rows `user` may look at."""
        raise NotImplementedError

    def changeable_for(self, user: Viewer) -> QuerySet[Any]:
        """Return the rows `user` may change, given a role that may change rows at all."""
        return self.rows_for(user)

    def may_write(self, user: Viewer) -> bool:
        """Say whether the user's role and kind of operator change rows of this page."""
        return keeps(user, Keepers(self.writers, self.kinds))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Start every list, form and action from the door."""
        rows = self.rows_for(request.user)
        return rows.order_by(*(self.get_ordering(request) or self.opts.ordering or ["pk"]))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        user = request.user
        if not (isinstance(user, User) and user.is_active and user.is_staff):
            return False
        if not user.is_superuser and (user.operator is None or user.role == User.Role.DRIVER):
            return False
        return obj is None or self.rows_for(user).filter(pk=obj.pk).exists()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.can_add and self.has_view_permission(request) and self.may_write(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if not self.has_view_permission(request) or not self.may_write(request.user):
            return False
        return obj is None or self.changeable_for(request.user).filter(pk=obj.pk).exists()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_delete and self.has_change_permission(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Name both ends of a span."""
        return name_parts(super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer only rows that the user may look at; none of what has no page and no door."""
        if "queryset" not in kwargs:
            named: Any = db_field.related_model
            rows = visible_rows(self.admin_site, named, request.user)
            kwargs["queryset"] = named.objects.none() if rows is None else rows
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Save only over what the form showed; the row's lock decides between two who save."""
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            stale = answer_if_stale(self, request, object_id)
            return stale or super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, with days of the calendar to choose from above it."""
        answer: Any = super().changelist_view(request, extra_context)
        facts = getattr(answer, "context_data", None)
        if facts and "cl" in facts:
            facts["day_links"] = day_links(facts["cl"])
        shown: HttpResponse = answer
        return shown

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if context.get("original"):
            formsets = [
                inline.formset
                for inline in context["inline_admin_formsets"]
                if inline.has_change_permission
            ]
            shown = seen_by(context["adminform"].form, formsets)
            context["seen"] = request.POST.get(SEEN, shown)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        note_reason(form.cleaned_data.get("change_reason", ""))
        return super().save_form(request, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Undo a save that moved the row out of its writer's reach, or onto another's ground."""
        super().save_related(request, form, formsets, change)
        if not self.changeable_for(request.user).filter(pk=form.instance.pk).exists():
            raise PermissionDenied

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show every change with who, when and why, however it was made."""
        return history_response(self, request, object_id)


class ReadOnlyAdmin(ScopedAdmin):
    """A page for looking only."""

    form = forms.ModelForm
    can_add = False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def note_reason(reason: str) -> None:
    """Put why into the history of what the running request changes."""
    if reason:
        pghistory.context(reason=reason)


def visible_rows(site: Any, model: Any, user: Viewer) -> QuerySet[Any] | None:
    """Return the rows of `model` that `user` may look at, or None if it has no scoped page."""
    page: PlainModelAdmin[Any] | None = site._registry.get(model)
    return page.rows_for(user) if isinstance(page, ScopedAdmin) else None


class ScopedRelatedFilter(RelatedDropdownFilter):
    """A filter by a related row that names only rows the user may look at."""

    def field_choices(
        self,
        field: Any,
        request: HttpRequest,
        model_admin: Any,
    ) -> list[tuple[str, Any]]:
        rows = visible_rows(model_admin.admin_site, field.related_model, request.user)
        if rows is None:
            return list(RelatedFieldListFilter.field_choices(self, field, request, model_admin))
        return [(str(row.pk), str(row)) for row in rows[:500]]
