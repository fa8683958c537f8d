"""Saved views above every list: filters, columns and order under a name."""

from typing import Any, ClassVar, cast

from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fleet.models import SavedView, User
from fleet.selectors.saved_views import views_of
from fleet.services.saved_views import Look, forget_view, save_view

VIEW = "view"
NOT_FILTERS = {VIEW, "o", "p", "e", "all", "_changelist_filters", "_popup", "_to_field"}
NAME_LENGTH = 60


def listing_of(page: Any) -> str:
    """Return what a page's list is called: `fleet.truck`."""
    return str(page.opts.label_lower)


def views_seen(page: Any, request: HttpRequest) -> list[SavedView]:
    """Return the views the user has of a list; one query a request."""
    known: dict[str, list[SavedView]] = request.__dict__.setdefault("_saved_views", {})
    listing, user = listing_of(page), request.user
    if listing not in known:
        is_user = isinstance(user, User) and page.keeps_views
        known[listing] = list(views_of(user, listing=listing)) if is_user else []  # type: ignore[arg-type]  # just asked
    return known[listing]


def chosen_view(page: Any, request: HttpRequest) -> SavedView | None:
    """Return the view the address names: the user's own before a colleague's."""
    name = request.GET.get(VIEW, "")
    named = [view for view in views_seen(page, request) if view.name == name] if name else []
    return min(named, key=lambda view: (view.owner_id != request.user.pk, view.pk), default=None)


def where_to(page: Any, request: HttpRequest) -> HttpResponse | None:
    """Send on a bare address to the user's first view, and one that names a view to its filters."""
    if request.method != "GET":
        return None
    if not request.GET:
        own = [
            v for v in views_seen(page, request) if v.is_default and v.owner_id == request.user.pk
        ]
        return HttpResponseRedirect(f"?{urlencode(_address(own[0]))}") if own else None
    view = chosen_view(page, request)
    if view is not None and set(request.GET) == {VIEW} and view.filters:
        return HttpResponseRedirect(f"?{urlencode(_address(view))}")
    return None


def _address(view: SavedView) -> dict[str, str]:
    return {**view.filters, VIEW: view.name}


def columns_of(page: Any, request: HttpRequest, known: list[Any]) -> list[Any]:
    """Return the columns of the chosen view, as far as the list still has them."""
    view = chosen_view(page, request)
    kept = [name for name in (view.columns if view else []) if name in known]
    return kept or known


def ordering_of(page: Any, request: HttpRequest) -> list[str]:
    """Return the order of the chosen view as fields."""
    view = chosen_view(page, request)
    fields = []
    for name in view.ordering if view else []:
        column = name.removeprefix("-")
        field = getattr(getattr(page, column, None), "admin_order_field", None)
        if field is None and _has_field(page, column):
            field = column
        if isinstance(field, str):
            fields.append("-" + field if name.startswith("-") else field)
    return fields


def _has_field(page: Any, name: str) -> bool:
    return name in {field.name for field in page.model._meta.get_fields()}


def list_class(base: type[ChangeList]) -> type[ChangeList]:
    """Return a list that keeps the name of its view in its links and does not filter by it."""

    class ViewedList(base):  # type: ignore[misc,valid-type]  # the library's class
        def get_filters_params(self, params: Any = None) -> dict[str, Any]:
            filters: dict[str, Any] = super().get_filters_params(params)
            filters.pop(VIEW, None)
            return filters

        def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
            fields = ordering_of(self.model_admin, request)
            if fields and "o" not in self.params:
                return [*fields, "pk"]
            ordering: list[Any] = super().get_ordering(request, queryset)
            return ordering

    return ViewedList


def bar(page: Any, request: HttpRequest, lst: Any) -> dict[str, Any]:
    """Return what the bar above the list needs."""
    user = request.user
    if not isinstance(user, User) or not page.keeps_views:
        return {}
    view, every = chosen_view(page, request), list(page.list_display)
    shown = [name for name in lst.list_display if name in every]
    ordering = [
        ("-" if direction == "desc" else "") + lst.list_display[number]
        for number, direction in lst.get_ordering_field_columns().items()
        if lst.list_display[number] in every
    ]
    labels = {name: _label(page, name) for name in every}
    return {
        "views": [
            {"view": each, "url": f"?{urlencode(_address(each))}", "is_chosen": each == view}
            for each in views_seen(page, request)
        ],
        "chosen": view,
        "is_own": view is not None and view.owner_id == user.pk,
        "columns": [(name, labels[name], True) for name in shown]
        + [(name, labels[name], False) for name in every if name not in shown],
        "ordering": ",".join(ordering) or ",".join(view.ordering if view else []),
        "query": request.GET.urlencode(),
        "action": reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_views"),
    }


def _label(page: Any, name: str) -> str:
    shown = getattr(page, name, None)
    told = getattr(shown, "short_description", None)
    if told is None and _has_field(page, name):
        told = getattr(page.model._meta.get_field(name), "verbose_name", None)
    return str(told or (page.opts.verbose_name if name == "__str__" else name.replace("_", " ")))


def view_urls(page: Any) -> list[URLPattern]:
    """Return the address that keeps and forgets views of a page's list."""

    @require_POST
    def keep(request: HttpRequest) -> HttpResponse:
        return _keep(page, request)

    name = f"{page.opts.app_label}_{page.opts.model_name}_views"
    return [path("views/", page.admin_site.admin_view(keep), name=name)]


def _keep(page: Any, request: HttpRequest) -> HttpResponse:
    user, listing = request.user, listing_of(page)
    if not isinstance(user, User) or not page.has_view_permission(request):
        raise PermissionDenied
    name = request.POST.get("name", "").strip().replace("\x00", "")[:NAME_LENGTH]
    back = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
    if request.POST.get("verb") == "forget":
        if forget_view(user, listing=listing, name=name):
            messages.success(request, _("The view “%(name)s” is forgotten.") % {"name": name})
        return HttpResponseRedirect(f"{back}?{VIEW}=")
    if not name:
        messages.error(request, _("Give the view a name."))
        return HttpResponseRedirect(back)
    query = QueryDict(request.POST.get("query", ""))
    known = set(page.list_display)
    columns = [column for column in request.POST.getlist("columns") if column in known]
    places = {column: request.POST.get(f"place-{column}", "") for column in columns}
    columns.sort(key=lambda column: int(places[column]) if places[column].isdecimal() else 999)
    ordering = request.POST.get("ordering", "").split(",")
    look = Look(
        filters={key: str(value) for key, value in query.items() if key not in NOT_FILTERS},
        columns=columns,
        ordering=[each for each in ordering if each.removeprefix("-") in known],
    )
    view = save_view(
        user,
        listing=listing,
        name=name,
        look=look,
        is_shared="is_shared" in request.POST,
        is_default="is_default" in request.POST,
    )
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": name})
    return HttpResponseRedirect(f"{back}?{urlencode(_address(view))}")


class SavedViews:
    """What a page of the admin needs for views of its list."""

    keeps_views: ClassVar[bool] = False  # a list that asks much already has none

    def get_urls(self) -> list[URLPattern]:
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]  # a page's
        return [*view_urls(self), *urls]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        known = list(super().get_list_display(request))  # type: ignore[misc]  # as above
        return columns_of(self, request, known)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return list_class(super().get_changelist(request, **kwargs))  # type: ignore[misc]  # as above

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list as the chosen view has it."""
        if elsewhere := where_to(self, request):
            return elsewhere
        answer: Any = super().changelist_view(request, extra_context)  # type: ignore[misc]  # as above
        facts = getattr(answer, "context_data", None)
        if facts and "cl" in facts and not facts.get("is_popup"):
            facts["saved_views"] = bar(self, request, facts["cl"])
        return cast("HttpResponse", answer)
