"""Open alarms in three groups: trucks that may strand, those not heard of, and the rest."""

from collections import Counter
from datetime import datetime

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_noop, ngettext

from dispatch.selectors.attention.needs import WORST, Group, Item, Part
from fleet.selectors.said import detail_said
from telematics.models import Alarm, AlarmStorm, RouteNeed

DANGER_LEVEL = 3  # of GB/T 32960: stop at once
GROUPS = {
    Alarm.Kind.STRANDED_RISK: "stranded",
    Alarm.Kind.SILENT_TRUCK: "silent",
    Alarm.Kind.SILENT_STATION: "silent",
}
STRANDED = Q(kind=Alarm.Kind.STRANDED_RISK)
SILENT = Q(kind__in=[Alarm.Kind.SILENT_TRUCK, Alarm.Kind.SILENT_STATION])
# What the planner keeps with a stranded risk (`services.plans.needs`), for the reader's language.
REASONS = (
    gettext_noop("It can reach no station that could swap it."),
    gettext_noop("It reaches stations, but no row of swaps carries it to its last stop."),
    gettext_noop("No station it can reach has packs for it."),
    gettext_noop("No lane or charged pack is free for it in time."),
    gettext_noop("Its promise can no longer be kept."),
    gettext_noop("Serving it would cost the fleet more than leaving it."),
)


def alarm_groups(alarms: QuerySet[Alarm]) -> list[Group]:
    """Return stranded risks, silence and other alarms: all that are open, five queries."""
    rows = alarms.filter(closed_at__isnull=True).order_by()
    counts = {
        (row["kind"], row["level"]): row["count"]
        for row in rows.values("kind", "level").annotate(count=Count("pk"))
    }
    storms = _storms(rows)
    levels: Counter[int] = Counter()
    for (kind, level), count in counts.items():
        if kind not in GROUPS:
            levels[level] += count
    kinds: Counter[str] = Counter()
    for (kind, _level), count in counts.items():
        kinds[kind] += count
    silences = [
        kind for kind in (Alarm.Kind.SILENT_TRUCK, Alarm.Kind.SILENT_STATION) if kinds[kind]
    ]
    return [
        Group(
            code="stranded",
            count=kinds[Alarm.Kind.STRANDED_RISK],
            is_danger=True,
            worst=(*storms["stranded"], *_stranded(rows))[:WORST],
        ),
        Group(
            code="silent",
            count=sum(kinds[kind] for kind in silences),
            parts=tuple(Part(code=kind, count=kinds[kind]) for kind in silences),
            worst=(*storms["silent"], *_named(rows.filter(SILENT)))[:WORST],
        ),
        Group(
            code="alarms",
            count=sum(levels.values()),
            is_danger=any(level >= DANGER_LEVEL for level in levels),
            parts=tuple(
                Part(code="level", count=levels[level], value=level)
                for level in sorted(levels, reverse=True)
            ),
            worst=(*storms["alarms"], *_named(rows.exclude(STRANDED | SILENT)))[:WORST],
        ),
    ]


def _alone(rows: QuerySet[Alarm]) -> QuerySet[Alarm]:
    return rows.filter(Q(storm__isnull=True) | Q(storm__closed_at__isnull=False))


def _stranded(rows: QuerySet[Alarm]) -> list[Item]:
    """Return the trucks that meet their reserve first, by the planner's own prediction."""
    need = RouteNeed.objects.filter(truck=OuterRef("truck")).values("needs_swap_by")[:1]
    alarms = _alone(rows.filter(STRANDED)).select_related("truck").annotate(by=Subquery(need))
    soonest = alarms.order_by("-level", F("by").asc(nulls_last=True), "opened_at", "pk")
    return [
        Item(
            subject=str(alarm.truck or alarm.station),
            detail=" · ".join(filter(None, [_until(alarm.by), stranded_words(alarm.detail)])),
            target=("trucks", str(alarm.truck)),
            since=alarm.stale_since or alarm.opened_at,
            is_danger=True,
        )
        for alarm in soonest[:WORST]
    ]


def _until(at: datetime | None) -> str:
    return gettext("reserve met at %(at)s") % {"at": f"{localtime(at):%H:%M}"} if at else ""


def stranded_words(detail: str) -> str:
    """Return what the planner found of a truck, in the reader's language, without its plate."""
    for reason in REASONS:
        if detail.endswith(reason):
            charge = detail.removesuffix(reason).rpartition(" at ")[2].strip(": ")
            return " · ".join(filter(None, [charge, gettext(reason)]))
    return detail


def _named(rows: QuerySet[Alarm]) -> list[Item]:
    worst = _alone(rows).select_related("truck", "station", "rule")
    return [_item(alarm) for alarm in worst.order_by("-level", "opened_at", "pk")[:WORST]]


def _item(alarm: Alarm) -> Item:
    words = [str(alarm.rule) if alarm.rule else alarm.get_kind_display(), detail_said(alarm.detail)]
    if alarm.stale_since is not None:
        words.append(gettext("not heard of since"))
    return Item(
        subject=str(alarm.truck or alarm.station or ""),
        detail=" · ".join(filter(None, words)),
        target=("alarm", alarm.pk),
        since=alarm.stale_since or alarm.opened_at,
        is_danger=alarm.level >= DANGER_LEVEL,
    )


def _storms(alarms: QuerySet[Alarm]) -> dict[str, list[Item]]:
    """Return each open storm as one line, of as many of its alarms as are in `alarms`."""
    seen = alarms.filter(storm__isnull=False, storm__closed_at__isnull=True)
    counts = {
        row["storm"]: row
        for row in seen.values("storm").annotate(
            count=Count("pk"), level=Max("level"), since=Min("opened_at")
        )
    }
    groups: dict[str, list[Item]] = {"stranded": [], "silent": [], "alarms": []}
    storms = AlarmStorm.objects.filter(pk__in=counts).select_related("region", "station")
    for storm in storms:
        row = counts[storm.pk]
        words = ngettext("%(count)d alarm", "%(count)d alarms", row["count"])
        groups[GROUPS.get(Alarm.Kind(storm.kind), "alarms")].append(
            Item(
                subject=str(storm.region or storm.station),
                detail=f"{storm.get_kind_display()} · {words % {'count': row['count']}}",
                target=("storm", storm.pk),
                since=row["since"],
                is_danger=row["level"] >= DANGER_LEVEL,
            )
        )
    return groups
