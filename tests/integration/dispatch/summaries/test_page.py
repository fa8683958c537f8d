"""Who reads which report, and that the page tells what the selectors read."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.models import SummarySubscription
from dispatch.selectors.summaries import period_of, read_summary, subject_of
from dispatch.selectors.summaries.period import A_DAY
from fleet.models import Operator, User
from telematics.services.days.calendar import day_of
from tests.builders import NOW, make_operator, make_truck, make_truck_day, make_user
from tests.integration.dispatch.summaries.month import END, FIRST, Month

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
PAGES = ("summary", "summary_xlsx", "summary_pdf")


def client_of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_each_reads_its_own_and_nobody_elses() -> None:
    month = Month(4, swaps=20)
    supervisor = make_operator(Operator.Kind.SUPERVISOR)
    supervisor.regions.add(month.region)
    away = make_operator(Operator.Kind.SUPERVISOR)
    carrier, other = month.carriers
    one, _two, three = month.stations
    doors = {f"fleet-{carrier.pk}", f"fleet-{other.pk}", f"stations-{month.group.pk}"}
    doors |= {f"stations-{three.operator_id}", f"station-{one.pk}", f"station-{three.pk}"}
    stations = {f"station-{station.pk}" for station in (one, three)}
    reads = {
        make_user(carrier): {f"fleet-{carrier.pk}"},
        make_user(other, User.Role.AUDITOR): {f"fleet-{other.pk}"},
        make_user(month.group, User.Role.STATION_OPERATOR): {
            f"stations-{month.group.pk}",
            f"station-{one.pk}",
        },
        make_user(supervisor, User.Role.SUPERVISOR): stations,
        make_user(away, User.Role.SUPERVISOR): set(),
        make_user(carrier, is_superuser=True): doors,
    }
    for user, mine in reads.items():
        for code in doors:
            query = {"who": code, "kind": "month", "day": FIRST.isoformat()}
            for page in PAGES if code in mine else PAGES[:1]:
                answer = client_of(user).get(reverse(f"admin:dispatch_{page}"), query)
                assert answer.status_code == (200 if code in mine else 404), (user.role, code, page)
        assert client_of(user).get(reverse("admin:dispatch_summary")).status_code == 200
    driver = make_user(carrier, User.Role.DRIVER)
    assert client_of(driver).get(reverse("admin:dispatch_summary")).status_code == 302


def test_the_page_tells_the_figures_and_leads_to_what_they_count() -> None:
    month = Month(5)
    user = make_user(month.carriers[0])
    subject = subject_of(user, f"fleet-{month.carriers[0].pk}")
    assert subject is not None
    summary = read_summary(subject, period_of("month", FIRST), now=END)
    query = {"who": subject.code, "kind": "month", "day": "2026-10-17"}
    client = client_of(user)
    answer = client.get(reverse("admin:dispatch_summary"), query)
    cards = {card["label"]: card for card in answer.context["cards"]}
    assert cards["swaps"]["value"] == str(summary.total.swaps)
    assert cards["mileage"]["value"] == f"{summary.total.distance_km:,.1f}"
    links = [card["link"] for card in cards.values() if card["link"]]
    assert len(links) >= 8
    for link in links:
        shown = client.get(link)
        assert shown.status_code == 200, link  # a refused filter would redirect with ?e=1
    counted = client.get(cards["offers declined"]["link"]).context["cl"].result_count
    held = {truck.pk for truck in month.trucks if month.held_all_along(truck, user)}
    assert counted >= sum(
        figures.declined for (_, pk), figures in summary.trucks.items() if pk in held
    )


def test_a_stations_figures_lead_to_what_they_count() -> None:
    month = Month(6, swaps=60)
    client = client_of(make_user(month.group, User.Role.STATION_OPERATOR))
    station = month.stations[0]
    query = {"who": f"station-{station.pk}", "kind": "month", "day": "2026-10-17"}
    answer = client.get(reverse("admin:dispatch_summary"), query)
    links = {card["label"]: card["link"] for card in answer.context["cards"] if card["link"]}
    assert {"swaps", "energy charged", "stock-outs", "alarms"} <= links.keys()
    for name in ("swaps", "offers declined", "stock-outs", "windows missed", "energy charged"):
        shown = client.get(links[name])
        assert shown.status_code == 200, name
        card = next(one for one in answer.context["cards"] if one["label"] == name)
        if name != "energy charged":
            assert str(shown.context["cl"].result_count) == card["value"], name


@pytest.mark.parametrize(
    "query",
    [
        {"who": "fleet-0"},
        {"kind": "year"},
        {"day": "tomorrow"},
        {"day": "9999-12-31"},
        {"who": "x"},
    ],
)
def test_what_is_not_there_is_not_found(query: dict[str, str]) -> None:
    user = make_user(make_operator())
    assert client_of(user).get(reverse("admin:dispatch_summary"), query).status_code == 404


def test_a_report_by_mail_is_ordered_for_colleagues_who_may_read_it() -> None:
    carrier = make_operator()
    user = make_user(carrier, email="m@x.example")
    stranger = make_user(make_operator(), email="s@x.example")
    form = {"kind": "week", "form": "pdf", "language": "en", "is_active": "on"}
    form |= {f"sendings-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    add = reverse("admin:dispatch_summarysubscription_add")

    def order(who: str, to: User) -> Any:
        return client_of(user).post(add, {**form, "who": who, "recipients": [to.pk]})

    assert order(f"fleet-{carrier.pk}", stranger).status_code == 200
    assert order("fleet-0", user).status_code == 200
    assert not SummarySubscription.objects.exists()
    assert order(f"fleet-{carrier.pk}", user).status_code == 302
    row = SummarySubscription.objects.get()
    assert (row.operator, row.station, row.held_by) == (carrier, None, carrier)


def test_a_service_that_began_today_reports_today_and_says_so() -> None:
    carrier = make_operator()
    client, truck = client_of(make_user(carrier)), make_truck(carrier)
    today = day_of(NOW)
    said = b"Nothing happened in the period before"
    address = reverse("admin:dispatch_summary")

    empty = client.get(address)
    assert (empty.context["period"].first, said in empty.content) == (today - A_DAY, False)
    make_truck_day(truck, day=today, distance_km=80)
    first = client.get(address)
    assert (first.context["period"].first, said in first.content) == (today, True)
    make_truck_day(truck, day=today - A_DAY, distance_km=80)
    usual = client.get(address)
    assert (usual.context["period"].first, said in usual.content) == (today - A_DAY, False)
