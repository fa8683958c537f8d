"""What anybody sees first: signing in leads home, nothing asked for is missing, states in words."""

from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse
from unfold.utils import display_for_label

from dispatch.admin.assignments import SwapAssignmentAdmin
from dispatch.admin.plans import PlanRunAdmin
from dispatch.models import PlanRun
from dispatch.models.assignment import STATE_NAMES
from fleet.admin.spans import span_text
from fleet.models import Operator, TruckSight, User
from telematics.admin.alarms import AlarmAdmin
from telematics.models import Alarm
from tests.builders import NOW, make_assignment, make_operator, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


def test_signing_in_at_the_sign_in_page_leads_to_the_start_page(client: Client) -> None:
    admin = User.objects.create_superuser("boss", password="long enough 42")

    answer = client.post(
        reverse("admin:login"), {"username": admin.username, "password": "long enough 42"}
    )

    assert answer.status_code == 302
    assert answer["Location"] == reverse("admin:index")


def test_the_sign_in_page_names_an_icon_that_exists_and_no_dead_way_back(client: Client) -> None:
    page = client.get(reverse("admin:login")).content.decode()

    assert 'rel="icon" href="/static/driver/icon' in page
    assert finders.find("driver/icon.svg")
    assert 'href="/"' not in page


@pytest.mark.parametrize(
    ("badge", "words"),
    [
        (SwapAssignmentAdmin.state_badge, dict(STATE_NAMES)),
        (PlanRunAdmin.state_badge, dict(PlanRun.State.choices)),
        (AlarmAdmin.kind_label, dict(Alarm.Kind.choices)),
    ],
)
def test_each_badge_shows_words_and_never_a_code(badge: Any, words: dict[str, str]) -> None:
    for code, word in words.items():
        assert str(word) in display_for_label((code, word), "-", badge.label)


def test_a_promise_shows_its_window_as_people_write_it(client: Client) -> None:
    promise = make_assignment()
    client.force_login(User.objects.create_superuser("boss"))

    page = client.get(reverse("admin:dispatch_swapassignment_change", args=[promise.pk]))

    assert span_text(promise.window) in page.content.decode()
    assert "+00:00" not in page.content.decode()


@pytest.mark.parametrize(
    ("page", "entry"),
    [
        ("admin:index", "admin:index"),
        ("admin:dispatch_map", "admin:dispatch_map"),
        ("admin:dispatch_swapassignment_changelist", "admin:dispatch_swapassignment_changelist"),
        ("admin:fleet_truck_add", "admin:fleet_truck_changelist"),
        ("admin:password_change", None),
    ],
)
def test_the_sidebar_marks_the_one_entry_a_page_is_below(
    admin_client: Client, page: str, entry: str | None
) -> None:
    answer = admin_client.get(reverse(page))
    groups = answer.context["sidebar_navigation"]
    marked = [str(item["link"]) for group in groups for item in group["items"] if item["active"]]
    assert marked == ([reverse(entry)] if entry else [])


@pytest.mark.parametrize(
    ("kind", "role", "is_offered"),
    [
        (Operator.Kind.CARRIER, User.Role.FLEET_MANAGER, False),
        (Operator.Kind.STATION_OPERATOR, User.Role.STATION_OPERATOR, True),
    ],
)
def test_the_sidebar_offers_the_inside_of_stations_to_who_has_or_may_add_them(
    client: Client, kind: str, role: str, is_offered: bool
) -> None:
    client.force_login(make_user(make_operator(kind), role))
    groups = client.get(reverse("admin:index")).context["sidebar_navigation"]
    items = [item for group in groups for item in group["items"]]
    offered = {str(item["link"]) for item in items if item["has_permission"]}
    for page in ("fleet_lane", "fleet_swapstation", "telematics_slotstate", "dispatch_stockout"):
        assert (reverse(f"admin:{page}_changelist") in offered) is is_offered


def test_who_only_looks_is_not_offered_to_assign_by_hand(client: Client) -> None:
    promise = make_assignment()
    watch = make_operator(Operator.Kind.SUPERVISOR)
    watch.regions.add(promise.region)
    client.force_login(make_user(watch, User.Role.SUPERVISOR))
    page = client.get(reverse("admin:dispatch_livetruck_changelist")).content.decode()
    panel = client.get(reverse("admin:dispatch_map_truck", args=[promise.truck_id]))
    assert promise.truck.plate in page
    assert "/by-hand/" not in page + panel.content.decode()


def test_nobody_is_offered_to_steer_trucks_it_only_sees_coming(client: Client) -> None:
    promise = make_assignment()
    gate = promise.station.operator
    coming = DateTimeTZRange(NOW, promise.window.upper)
    TruckSight.objects.create(
        assignment_id=promise.pk, truck=promise.truck, operator=gate, during=coming
    )
    client.force_login(make_user(gate, User.Role.STATION_OPERATOR))
    page = client.get(reverse("admin:dispatch_livetruck_changelist")).content.decode()
    assert promise.truck.plate in page
    assert "/by-hand/" not in page


def test_an_empty_list_says_whether_there_is_nothing_or_nothing_that_matches(
    admin_client: Client,
) -> None:
    list_ = reverse("admin:telematics_alarm_changelist")
    assert "暂无内容" in admin_client.get(list_).content.decode()
    assert "没有符合条件的内容" in admin_client.get(list_, {"q": "nobody"}).content.decode()
