"""Reports by mail: who gets which, and what was sent."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminSelectWidget

from dispatch.admin.summaries import summary_urls
from dispatch.models import SummarySending, SummarySubscription
from dispatch.selectors.summaries import Subject, subject_of, subjects_for
from dispatch.selectors.summaries.subscriptions import (
    may_read,
    subject_of_subscription,
    subscriptions_for,
)
from fleet.access import Viewer, sees_everything
from fleet.admin.scoped import ReasonForm, ScopedAdmin
from fleet.clock import now
from fleet.models import SwapStation, User

WRITERS = frozenset(
    {
        User.Role.FLEET_MANAGER,
        User.Role.DISPATCHER,
        User.Role.STATION_OPERATOR,
        User.Role.SUPERVISOR,
    }
)


class SubscriptionForm(ReasonForm):
    """A report by mail: of whom, how often, in which form, to whom."""

    who = forms.ChoiceField(label=_("Of"), widget=UnfoldAdminSelectWidget)
    user: User  # set by the page

    class Meta:
        model = SummarySubscription
        fields = ["kind", "form", "language", "recipients", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        if "who" in self.fields:
            who: Any = self.fields["who"]
            who.choices = [(one.code, one.called(language)) for one in subjects_for(self.user)]
            if self.instance.pk:
                self.initial["who"] = subject_of_subscription(self.instance).code
        if "recipients" in self.fields:
            people: Any = self.fields["recipients"]
            people.queryset = recipients_for(self.user)

    def clean(self) -> dict[str, Any]:
        """Refuse recipients who could not open the report themselves."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        code = cleaned.get("who", "")
        blind = [one.username for one in cleaned.get("recipients", []) if not may_read(one, code)]
        if blind:
            told = _("May not read this report: %(names)s.") % {"names": ", ".join(blind)}
            self.add_error("recipients", told)
        return cleaned


def recipients_for(user: User) -> QuerySet[User]:
    """Return the colleagues a report may be mailed to."""
    people = User.objects.filter(is_active=True, is_staff=True).exclude(email="")
    return people if sees_everything(user) else people.filter(operator=user.operator)


class SendingInline(TabularInline):
    """What was sent, newest first; nobody writes it."""

    model = SummarySending
    fields = ["first", "state", "recipients", "promised_at", "sent_at"]
    readonly_fields = ["first", "state", "recipients", "promised_at", "sent_at"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever sees the report by mail


@admin.register(SummarySubscription)
class SummarySubscriptionAdmin(ScopedAdmin):
    """Reports by mail of the user's own operator."""

    form = SubscriptionForm
    writers = WRITERS
    can_delete = True
    list_display = ["of_whom", "kind", "form", "language", "is_active", "last_sent"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["operator", "station"]
    filter_horizontal = ["recipients"]
    inlines = [SendingInline]

    def rows_for(self, user: Viewer) -> QuerySet[SummarySubscription]:
        return subscriptions_for(user)

    def get_urls(self) -> list[URLPattern]:
        return [*summary_urls(), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("sendings")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Give the form the user whose rights it goes by."""
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"user": request.user})

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        if not settings.MAIL_IS_ON:
            messages.warning(request, _("Mail is off: no mail server is set (EMAIL_HOST)."))
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        subject = subject_of(request.user, form.cleaned_data["who"])
        assert subject is not None  # noqa: S101  the form offers no other
        is_station = subject.kind == "station"
        obj.station_id = subject.pk if is_station else None
        obj.operator_id = None if is_station else subject.pk
        if not change:
            obj.created_at = now()
            obj.held_by_id = holder(request.user, subject)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("Of"))
    def of_whom(self, row: SummarySubscription) -> str:
        """Return whose figures it tells."""
        return subject_of_subscription(row).called(get_language() or "en")

    @admin.display(description=_("last sent"))
    def last_sent(self, row: SummarySubscription) -> Any:
        """Return when the last report went out."""
        return max((one.sent_at for one in row.sendings.all() if one.sent_at), default=None)


def holder(user: Any, subject: Subject) -> int:
    """Return whose business a report by mail is: the user's operator, for staff the subject's."""
    if user.operator_id is not None:
        return int(user.operator_id)
    if subject.kind != "station":
        return subject.pk
    return SwapStation.objects.get(pk=subject.pk).operator_id
