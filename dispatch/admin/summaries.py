"""Reports that people hand on: the page, the workbook and the paper."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dispatch.admin.summary_charts import charts_of
from dispatch.admin.summary_links import link_of
from dispatch.selectors.summaries import Figures, Period, Subject, Summary, period_of, subjects_for
from dispatch.selectors.summaries.figures import LEVELS
from dispatch.selectors.summaries.pair import latest_period, read_pair
from dispatch.selectors.summaries.period import KINDS, last_over
from dispatch.services.summaries.columns import LEVEL_NAMES, columns_of, shown
from dispatch.services.summaries.paper import make_paper
from dispatch.services.summaries.words import age_of, file_name, span_of, title_of
from dispatch.services.summaries.workbook import headed, make_workbook
from fleet.clock import now

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_AT_MOST = 100


def summary_urls() -> list[URLPattern]:
    """Return the addresses of the reports, for a page's own."""
    wrap = admin.site.admin_view
    return [
        path("summary/", wrap(summary_page), name="dispatch_summary"),
        path("summary/file.xlsx", wrap(summary_workbook), name="dispatch_summary_xlsx"),
        path("summary/file.pdf", wrap(summary_paper), name="dispatch_summary_pdf"),
    ]


def asked(request: HttpRequest) -> tuple[list[Subject], Subject | None, Period]:
    """Return what the user may choose from, whose figures are asked for, and of when.

    If nothing is said, the first subject and yesterday, or today where only today has figures. What
    the user may not read is not found.
    """
    subjects = subjects_for(request.user)
    code = request.GET.get("who", "")
    subject = next((one for one in subjects if code in ("", one.code)), None)
    kind = request.GET.get("kind", "day")
    if (code and subject is None) or kind not in KINDS:
        raise Http404
    try:
        day = date.fromisoformat(request.GET["day"]) if request.GET.get("day") else None
        if day:
            period = period_of(kind, day)
        elif subject:
            period = latest_period(subject, kind, now=now())
        else:
            period = last_over(kind, now=now())
        if not date(2000, 1, 1) <= period.first <= date(2199, 1, 1):
            raise Http404
    except ValueError as error:
        raise Http404 from error
    return subjects, subject, period


def summary_page(request: HttpRequest) -> HttpResponse:
    """Show the figures of a subject's period beside those of the period before."""
    subjects, subject, period = asked(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Reports"),
        "subjects": _grouped(subjects),
        "subject": subject,
        "period": period,
        "mail_is_on": settings.MAIL_IS_ON,
        "is_instead": not request.GET.get("day") and period.end > now(),
    }
    if subject is not None:
        summary, before = read_pair(subject, period, now=now())
        context |= _shown(request, summary, before)
    return TemplateResponse(request, "dispatch/summary.html", context)


def summary_workbook(request: HttpRequest) -> HttpResponse:
    """Hand out the workbook."""
    summary, _before = _read(request)
    return _file(make_workbook(summary), XLSX, summary, "xlsx")


def summary_paper(request: HttpRequest) -> HttpResponse:
    """Hand out the paper."""
    summary, before = _read(request)
    return _file(make_paper(summary, before), "application/pdf", summary, "pdf")


def _read(request: HttpRequest) -> tuple[Summary, Figures]:
    _subjects, subject, period = asked(request)
    if subject is None:
        raise Http404
    return read_pair(subject, period, now=now())


def _file(content: bytes, kind: str, summary: Summary, ending: str) -> HttpResponse:
    name = file_name(summary.subject, summary.period, ending)
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})


def _grouped(subjects: list[Subject]) -> list[tuple[str, list[tuple[str, str]]]]:
    names = {"fleet": _("Fleets"), "stations": _("Station operators"), "station": _("Stations")}
    language = get_language() or "en"
    groups = [
        (name, [(one.code, one.called(language)) for one in subjects if one.kind == kind])
        for kind, name in names.items()
    ]
    return [group for group in groups if group[1]]


def _shown(request: HttpRequest, summary: Summary, before: Figures) -> dict[str, Any]:
    subject, period = summary.subject, summary.period
    columns = columns_of(subject)
    first = columns_of(subject, first_only=True)
    here = {"who": subject.code, "kind": period.kind}

    def at(other: Period, kind: str = period.kind) -> str:
        return "?" + urlencode({**here, "kind": kind, "day": other.first.isoformat()})

    return {
        "heading": title_of(subject, period),
        "span": span_of(period),
        "age": age_of(summary),
        "is_settled": summary.is_settled,
        "cards": [
            {
                "label": column.label,
                "value": column.text(summary.total),
                "unit": column.unit,
                "before": column.text(before),
                "what": column.what,
                "link": link_of(request, column.key, subject, period),
            }
            for column in first
        ],
        "charts": charts_of(summary.days) if len(summary.days) > 1 else [],
        "levels": _levels(summary.total),
        "tables": _tables(summary, at),
        "previous": at(period.previous),
        "next": at(period.next) if period.next.start <= now() else "",
        "files": {
            ending: reverse(f"admin:dispatch_summary_{ending}") + at(period)
            for ending in ("pdf", "xlsx")
        },
        "columns": columns,
    }


def _tables(summary: Summary, at: Any) -> list[dict[str, Any]]:
    """Return the tables: by day with a link to each day, by truck, by station."""

    def table(title: str, first: str, rows: Any, by: str = "") -> dict[str, Any]:
        columns = columns_of(summary.subject, by=by)
        return {
            "title": title,
            "first": first,
            "heads": [headed(column) for column in columns],
            "rows": [
                (name, link, [column.text(figures) for column in columns])
                for name, link, figures in rows
            ],
        }

    tables: list[dict[str, Any]] = []
    if len(summary.days) > 1:
        rows = [
            (day.isoformat(), at(period_of("day", day), "day"), figures)
            for day, figures in summary.days.items()
        ]
        tables.append(table(_("By day"), _("day"), rows))
    for title, first, named, by in (
        (_("By truck"), _("plate"), summary.trucks, "truck"),
        (_("By station"), _("station"), summary.stations, "station"),
    ):
        busiest = sorted(named.items(), key=lambda row: (-row[1].swaps, row[0]))
        rows = [(name, "", figures) for (name, _pk), figures in busiest[:ROWS_AT_MOST]]
        if rows:
            tables.append(table(title, first, rows, by) | {"more": len(named) - len(rows)})
    return tables


def _levels(total: Figures) -> list[tuple[str, str, str]]:
    found = [(level, total.charged[level]) for level in LEVELS if level in total.charged]
    return [
        (
            str(LEVEL_NAMES[level]),
            shown(round(energy.energy_kwh, 1), 1),
            shown(round(energy.cost_cny, 2), 2) if level else "–",
        )
        for level, energy in found
    ]
