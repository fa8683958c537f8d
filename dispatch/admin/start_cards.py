"""The start page in words and links: each group, each named thing and each figure."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from dispatch.admin.sparks import spark
from dispatch.selectors.attention import Group, Item, Part
from dispatch.selectors.attention.alarms import GROUPS
from dispatch.selectors.today import Day, Figure
from fleet.access import Viewer, sees_everything
from fleet.models import Shift, Truck, User
from telematics.models import Alarm

OTHER_ALARMS = ",".join(kind for kind in Alarm.Kind.values if kind not in GROUPS)
SILENCES = f"{Alarm.Kind.SILENT_TRUCK},{Alarm.Kind.SILENT_STATION}"


def _list(model: str, **asked: Any) -> str:
    return reverse(f"admin:{model}_changelist") + (f"?{urlencode(asked)}" if asked else "")


def _alarms(**asked: Any) -> str:
    return _list("telematics_alarm", state="open", **asked)


def group_cards(groups: list[Group], *, now: datetime) -> list[dict[str, Any]]:
    """Return the groups as they are drawn."""
    titles = {
        "calls": _("Drivers to call"),
        "stranded": _("Stranded risk"),
        "stock": _("Stations out of free packs"),
        "blocked": _("Blocked lanes and slots"),
        "offers": _("Unanswered offers"),
        "silent": _("Silent trucks"),
        "alarms": _("Other alarms"),
    }
    return [
        {
            "code": group.code,
            "title": titles[group.code],
            "count": group.count,
            "is_danger": group.is_danger and group.count > 0,
            "url": _group_url(group),
            "parts": [(part.count, *_part(part)) for part in group.parts],
            "items": [
                {"item": item, "url": _item_url(item), "age": age_text(item.since, now=now)}
                for item in group.worst
            ],
            "more": group.count - len(group.worst),
        }
        for group in groups
    ]


def _group_url(group: Group) -> str:
    """Return the list of all of a group; of the first part where they are of several kinds."""
    if group.code == "stock":
        ids = sorted({station for part in group.parts for station in part.value})
        return _stations(ids)
    if group.code == "blocked":
        return _part(group.parts[0])[1] if group.parts else _list("fleet_closure")
    return {
        "stranded": lambda: _alarms(kind__exact=Alarm.Kind.STRANDED_RISK.value),
        "silent": lambda: _alarms(kind__in=SILENCES),
        "alarms": lambda: _alarms(kind__in=OTHER_ALARMS),
        "offers": lambda: _list("dispatch_swapassignment", answer="unanswered"),
        "calls": lambda: _list("dispatch_swapassignment", seen="no"),
    }[group.code]()


def _stations(ids: list[int]) -> str:
    if len(ids) == 1:
        return reverse("admin:dispatch_board", args=ids)
    return _list("fleet_swapstation", id__in=",".join(map(str, ids)))


def _part(part: Part) -> tuple[str, str]:
    """Return what a part is called, and its list."""
    if part.code == "level":
        url = _alarms(kind__in=OTHER_ALARMS, level__exact=part.value)
        return _("level %(level)d") % {"level": part.value}, url
    if part.code in {"out", "promised"}:
        name = _("none charged") if part.code == "out" else _("all promised")
        return name, _stations(list(part.value))
    return {
        "unseen": lambda: (
            _("not seen by the driver"),
            _list("dispatch_swapassignment", answer="unseen"),
        ),
        "silent_truck": lambda: (_("trucks"), _alarms(kind__exact="silent_truck")),
        "silent_station": lambda: (_("stations"), _alarms(kind__exact="silent_station")),
        "closures": lambda: (_("closures"), _list("fleet_closure", holds="now")),
        "lanes": lambda: (
            _("lanes at fault"),
            _list("telematics_lanestate", state__exact="fault"),
        ),
        "slots": lambda: (
            _("slots blocked"),
            _list("telematics_slotstate", slot__is_blocked__exact=1),
        ),
    }[part.code]()


def _item_url(item: Item) -> str:
    kind, key = item.target
    return {
        "trucks": lambda: _list("dispatch_livetruck", q=key),
        "alarm": lambda: reverse("admin:telematics_alarm_change", args=[key]),
        "storm": lambda: reverse("admin:telematics_alarm_changelist") + f"?storm={key}",
        "assignment": lambda: reverse("admin:dispatch_swapassignment_change", args=[key]),
        "board": lambda: reverse("admin:dispatch_board", args=[key]),
    }[kind]()


def age_text(since: datetime | None, *, now: datetime) -> str:
    """Return for how long something has been so, in the two largest units."""
    if since is None:
        return ""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 1:
        return _("now")
    if minutes < 60:
        return _("%(m)d min") % {"m": minutes}
    if minutes < 24 * 60:
        return _("%(h)d h %(m)d min") % {"h": minutes // 60, "m": minutes % 60}
    return _("%(d)d d %(h)d h") % {"d": minutes // 1440, "h": minutes // 60 % 24}


def figure_cards(day: Day) -> list[dict[str, Any]]:
    """Return the figures as they are drawn."""
    since = {"ended_at__gte": day.midnight.isoformat()}
    done = _list("dispatch_swapassignment", state__exact="done", **since)
    known = {
        "swaps": (_("Swaps"), "", 0, done),
        "wait": (_("Mean wait"), _("min"), 1, done),
        "kept": (_("Promises kept"), "%", 0, _list("dispatch_promiseoutcome", **since)),
        "energy": (
            _("Energy charged"),
            "kWh",
            0,
            _list("dispatch_stationquarter", starts_at__gte=day.midnight.isoformat()),
        ),
        "stock_outs": (
            _("Stock-outs"),
            "",
            0,
            _list("dispatch_stockout", during__startswith__gte=day.midnight.isoformat()),
        ),
    }
    return [_figure(figure, day, *known[figure.code]) for figure in day.figures]


def _figure(
    figure: Figure, day: Day, name: str, unit: str, places: int, url: str
) -> dict[str, Any]:
    def shown(value: float | None) -> str:
        if value is None:
            return "–"
        return f"{number_format(value, places, force_grouping=True)} {unit}".strip()

    more = f"{number_format(figure.more, 0, force_grouping=True)} {_('CNY')}" if figure.more else ""
    return {
        "code": figure.code,
        "name": name,
        "url": url,
        "value": shown(figure.today),
        "more": more,
        "yesterday": shown(figure.yesterday),
        "arrow": _arrow(figure),
        "spark": spark(figure.hours, day, shown),
    }


def _arrow(figure: Figure) -> str:
    if figure.today is None or figure.yesterday is None or figure.today == figure.yesterday:
        return ""
    return "▲" if figure.today > figure.yesterday else "▼"


def next_step(
    user: Viewer, *, trucks: QuerySet[Truck], has_stations: bool
) -> tuple[str, str, str] | None:
    """Return what a user with an empty page does next: a sentence, a link and its words."""
    if not trucks.exists():
        return None if has_stations else _first_step(user)
    on_shift = Shift.objects.filter(truck__in=trucks.values("pk"), ended_at__isnull=True)
    if has_stations or on_shift.exists():
        return None
    text = _("No truck is on shift. Swaps are planned for trucks whose driver has begun a shift.")
    return text, _list("fleet_driver"), _("Sign a driver in")


def _first_step(user: Viewer) -> tuple[str, str, str]:
    role = user.role if isinstance(user, User) else ""
    if role == User.Role.STATION_OPERATOR or sees_everything(user):
        text = _("There is no station yet. Add one with its lanes and slots.")
        return text, _list("fleet_swapstation"), _("Swap stations")
    text = _("There is no truck yet. Add one, or import a list.")
    return text, _list("fleet_truck"), _("Trucks")
