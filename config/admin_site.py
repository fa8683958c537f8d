"""How the admin looks: names, colours, and the sidebar with what each user may open."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

Item = dict[str, Any]


def _sees(model: str) -> Callable[[HttpRequest], bool]:
    """Return the question whether a user may open the list of `model` (app.name)."""

    def may(request: HttpRequest) -> bool:
        from django.apps import apps  # noqa: PLC0415  settings are read before there are apps
        from django.contrib import admin  # noqa: PLC0415  as above

        page = admin.site._registry.get(apps.get_model(model))
        return page is not None and page.has_module_permission(request)

    return may


def _has_stations(request: HttpRequest) -> bool:
    """Say whether there is a station whose board the user may look at."""
    from fleet.access import stations_for  # noqa: PLC0415  as above

    asked = vars(request)  # a sidebar asks for many entries: once is enough
    if "has_stations" not in asked:
        asked["has_stations"] = stations_for(request.user).exists()
    return bool(asked["has_stations"])


def _keeps_stations(request: HttpRequest) -> bool:
    """Say whether lists about the inside of stations hold something, or ever may."""
    from fleet.access import STATION_KEEPERS, keeps  # noqa: PLC0415  as above

    return keeps(request.user, STATION_KEEPERS) or _has_stations(request)


def _list(title: Any, icon: str, model: str) -> Item:
    link = reverse_lazy(f"admin:{model.replace('.', '_').lower()}_changelist")
    return {"title": title, "icon": icon, "link": link, "permission": _sees(model)}


def _inside(title: Any, icon: str, model: str) -> Item:
    """Return the entry of a list of what is inside stations: for carriers it is always empty."""
    item = _list(title, icon, model)
    may = item["permission"]
    return item | {"permission": lambda request: may(request) and _keeps_stations(request)}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Yizhan 驿站",
    "SITE_HEADER": "Yizhan 驿站",
    "SITE_SYMBOL": "ev_station",
    "SITE_URL": None,  # there is no other site to go back to
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("driver/icon.svg")}
    ],
    "STYLES": [
        lambda _request: static("fleet/page.css"),
        lambda _request: static("dispatch/find/find.css"),
    ],
    "SCRIPTS": [lambda _request: static("fleet/names.js")],
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "dispatch.admin.start.start_page",
    "COLORS": {
        "primary": {
            "50": "#f0fdfa",
            "100": "#ccfbf1",
            "200": "#99f6e4",
            "300": "#5eead4",
            "400": "#2dd4bf",
            "500": "#14b8a6",
            "600": "#0f766e",
            "700": "#115e59",
            "800": "#134e4a",
            "900": "#073b39",
            "950": "#042f2e",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": _("Now"),
                "items": [
                    {
                        "title": _("Start"),
                        "icon": "notifications_active",
                        "link": reverse_lazy("admin:index"),
                    },
                    {
                        "title": _("Live map"),
                        "icon": "map",
                        "link": reverse_lazy("admin:dispatch_map"),
                        "permission": _sees("dispatch.LiveTruck"),
                    },
                    _list(_("Trucks now"), "local_shipping", "dispatch.LiveTruck"),
                    {
                        "title": _("Station day board"),
                        "icon": "view_timeline",
                        "link": reverse_lazy("admin:dispatch_boards"),
                        "permission": _has_stations,
                    },
                    _list(_("Assignments"), "swap_horiz", "dispatch.SwapAssignment"),
                    {
                        "title": _("Plan workbench"),
                        "icon": "edit_calendar",
                        "link": reverse_lazy("admin:dispatch_workbenches"),
                        "permission": _sees("dispatch.PlanRun"),
                    },
                    {
                        "title": _("Reports"),
                        "icon": "summarize",
                        "link": reverse_lazy("admin:dispatch_summary"),
                        "permission": _sees("dispatch.SummarySubscription"),
                    },
                    _list(_("Plan runs"), "psychology", "dispatch.PlanRun"),
                    _list(_("Promises kept"), "fact_check", "dispatch.PromiseOutcome"),
                    _list(_("Fairness ledger"), "balance", "dispatch.FairnessEntry"),
                    _list(_("Forbidden stations"), "block", "dispatch.Ban"),
                    _list(_("Alarms"), "warning", "telematics.Alarm"),
                    _list(_("Alarm storms"), "storm", "telematics.AlarmStorm"),
                ],
            },
            {
                "title": _("Fleet"),
                "collapsible": True,
                "items": [
                    _list(_("Trucks"), "garage", "fleet.Truck"),
                    _list(_("Trips"), "route", "dispatch.Trip"),
                    _list(_("Shuttles"), "sync_alt", "dispatch.Shuttle"),
                    _list(_("Drivers"), "badge", "fleet.Driver"),
                    _list(_("Shifts"), "schedule", "fleet.Shift"),
                    _list(_("Places"), "place", "fleet.Place"),
                    _list(
                        _("Learnt consumption"), "energy_savings_leaf", "dispatch.TruckConsumption"
                    ),
                    _list(_("Truck models"), "category", "fleet.TruckModel"),
                ],
            },
            {
                "title": _("Stations and packs"),
                "collapsible": True,
                "items": [
                    _inside(_("Swap stations"), "ev_station", "fleet.SwapStation"),
                    _inside(_("Lanes"), "swap_horiz", "fleet.Lane"),
                    _inside(_("Closures"), "do_not_disturb_on", "fleet.Closure"),
                    _inside(_("Power caps"), "electric_meter", "dispatch.PowerCap"),
                    _inside(_("Energy charged"), "bolt", "dispatch.StationQuarter"),
                    _inside(_("Stock-outs"), "battery_alert", "dispatch.StockOut"),
                    _list(_("Packs"), "battery_charging_full", "fleet.Pack"),
                    _list(_("Custody ledger"), "receipt_long", "fleet.PackMove"),
                    _list(_("Pack types"), "category", "fleet.PackType"),
                    _list(_("Tariffs"), "payments", "fleet.Tariff"),
                    _list(_("Tariff periods"), "hourglass_top", "fleet.TariffPeriod"),
                ],
            },
            {
                "title": _("Machines and reports"),
                "collapsible": True,
                "items": [
                    _list(_("Devices and keys"), "sensors", "telematics.Device"),
                    _inside(_("Slots now"), "ev_charger", "telematics.SlotState"),
                    _inside(_("Lanes now"), "garage_home", "telematics.LaneState"),
                    _list(_("Measured spreads"), "ssid_chart", "dispatch.MeasuredSpread"),
                    {
                        "title": _("A truck's day"),
                        "icon": "timeline",
                        "link": reverse_lazy("admin:telematics_truck_day"),
                        "permission": _sees("telematics.OddReport"),
                    },
                    _list(_("Truck days"), "calendar_view_day", "telematics.TruckDay"),
                    _list(_("Odd reports"), "report", "telematics.OddReport"),
                    _list(_("Alarm rules"), "rule", "telematics.AlarmRule"),
                    _list(_("Events found later"), "history", "telematics.RetroEvent"),
                    _list(_("Missing reports"), "rule", "telematics.Boot"),
                ],
            },
            {
                "title": _("Operators"),
                "collapsible": True,
                "items": [
                    _list(_("Operators"), "domain", "fleet.Operator"),
                    _list(_("Users"), "group", "fleet.User"),
                    _list(_("Regions"), "map", "fleet.Region"),
                    _list(_("Jobs"), "checklist", "fleet.Job"),
                ],
            },
        ],
    },
}

ITEMS: list[Item] = [item for group in UNFOLD["SIDEBAR"]["navigation"] for item in group["items"]]


def _is_here(item: Item) -> Callable[[HttpRequest], bool]:
    """Return the question whether a page is below this entry, and below no other more closely."""

    def is_here(request: HttpRequest) -> bool:
        here, start = str(item["link"]), str(ITEMS[0]["link"])
        above = [link for each in ITEMS if request.path.startswith(link := str(each["link"]))]
        # Every page is below the start page, and none but itself is meant by it.
        return (here == max(above, key=len, default="") and here != start) or request.path == here

    return is_here


for entry in ITEMS:
    entry["active"] = _is_here(entry)
