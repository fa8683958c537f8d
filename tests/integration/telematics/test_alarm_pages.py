"""People and alarms in the admin: looked after, closed, found by state; rules written by staff."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fleet.models import Operator, Truck, User
from telematics.admin.alarms import STATE_NAMES
from telematics.models import Alarm, AlarmRule
from tests.builders import NOW, make_alarm_rule, make_operator, make_truck, make_user
from tests.forms import seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
LIST = "/admin/telematics/alarm/"


def ring(truck: Truck, **fields: Any) -> Alarm:
    return Alarm.objects.create(
        kind="battery_heat", truck=truck, detail="56", opened_at=NOW, **fields
    )


def act(client: Client, action: str, *alarms: Alarm, reason: str = "") -> Any:
    form = {"action": action, "_selected_action": [a.pk for a in alarms], "reason": reason}
    return client.post(LIST, form)


@pytest.fixture
def carrier() -> Operator:
    return make_operator()


def test_alarms_are_acknowledged_in_bulk_and_only_with_a_reason(
    client: Client, carrier: Operator
) -> None:
    user = make_user(carrier, User.Role.DISPATCHER)
    alarms = [ring(make_truck(carrier)) for _ in range(2)]
    client.force_login(user)
    asked = act(client, "acknowledge", *alarms)
    assert asked.status_code == 200
    assert 'name="reason"' in asked.content.decode()
    assert not Alarm.objects.filter(acknowledged_at__isnull=False).exists()
    act(client, "acknowledge", *alarms, reason="calling them")
    for alarm in Alarm.objects.all():
        assert (alarm.acknowledged_at, alarm.acknowledged_by, alarm.note) == (
            NOW,
            user,
            "calling them",
        )
    history = client.get(f"{LIST}{alarms[0].pk}/history/").content.decode()
    assert "calling them" in history


def test_an_alarm_is_closed_by_hand_with_its_reason(client: Client, carrier: Operator) -> None:
    alarm = ring(make_truck(carrier))
    client.force_login(make_user(carrier))
    act(client, "close", alarm, reason="sensor exchanged")
    alarm.refresh_from_db()
    assert (alarm.closed_at, alarm.note) == (NOW, "sensor exchanged")
    answer = act(client, "close", alarm, reason="again")
    assert answer.status_code == 409
    assert answer.context["refused"] == [(alarm, "It is closed already.")]


def test_nobody_acts_on_alarms_of_others_or_without_the_role(
    client: Client, carrier: Operator
) -> None:
    alarm = ring(make_truck(carrier))
    for user in (make_user(make_operator()), make_user(carrier, User.Role.AUDITOR)):
        client.force_login(user)
        act(client, "acknowledge", alarm, reason="mine")
        act(client, "close", alarm, reason="mine")
    alarm.refresh_from_db()
    assert (alarm.acknowledged_at, alarm.closed_at) == (None, None)


def test_the_list_is_filtered_by_state(client: Client, carrier: Operator) -> None:
    fields: dict[str, dict[str, Any]] = {
        "waiting": {},
        "acknowledged": {"acknowledged_at": NOW},
        "escalated": {"escalated_at": NOW, "acknowledged_at": NOW},
        "stale": {"stale_since": NOW, "acknowledged_at": NOW},
        "closed": {"closed_at": NOW},
    }
    alarms = {state: ring(make_truck(carrier), **given) for state, given in fields.items()}
    client.force_login(make_user(carrier))
    assert set(STATE_NAMES) == {"open", *alarms}
    several = {"acknowledged": {"escalated", "stale"}, "open": set(alarms) - {"closed"}}
    for state in STATE_NAMES:
        answer = client.get(LIST, {"state": state})
        found = {alarm.pk for alarm in answer.context["cl"].result_list}
        assert found >= {alarms[each].pk for each in several.get(state, {state})}
        others = set(alarms) - {state} - several.get(state, set())
        assert not found & {alarms[other].pk for other in others}
    page = client.get(LIST, headers={"accept-language": "en"}).content.decode()
    assert str(STATE_NAMES["stale"]) in page


@pytest.mark.parametrize(("language", "name"), [("en", "Hot pack"), ("zh-hans", "电池过热")])
def test_a_rule_is_named_in_the_readers_language(
    client: Client, carrier: Operator, language: str, name: str
) -> None:
    rule = make_alarm_rule(name="Hot pack", name_zh="电池过热")
    ring(make_truck(carrier), rule=rule)
    client.force_login(make_user(carrier))
    page = client.get(LIST, headers={"accept-language": language}).content.decode()
    assert f"{name}: 56" in page


def form_of(rule: AlarmRule, **changes: Any) -> dict[str, Any]:
    numbers = ["threshold", "clear_at", "duration_s", "max_age_s", "level"]
    words = ["code", "name", "name_zh", "kind", "metric", "comparison"]
    fields = words + numbers
    return {name: getattr(rule, name) for name in fields} | {"is_enabled": "on"} | changes


def test_staff_changes_a_rule_and_reports_from_before_do_not_count(client: Client) -> None:
    rule = make_alarm_rule()
    client.force_login(make_user(is_superuser=True))
    url = reverse("admin:telematics_alarmrule_change", args=[rule.pk])
    assert client.post(url, seen(client, url, **form_of(rule, name="Warmer"))).status_code == 302
    rule.refresh_from_db()
    assert (rule.name, rule.changed_at) == ("Warmer", None)
    changed = form_of(rule, threshold=58, change_reason="as the maker says")
    assert client.post(url, seen(client, url, **changed)).status_code == 302
    rule.refresh_from_db()
    assert (rule.threshold, rule.changed_at) == (58, NOW)
    form = seen(client, url, **form_of(rule, clear_at=70))
    refused = client.post(url, form, headers={"accept-language": "en"})
    assert "It clears on the side of the good values" in refused.content.decode()


def test_a_carrier_reads_rules_and_changes_none(client: Client, carrier: Operator) -> None:
    rule = make_alarm_rule()
    client.force_login(make_user(carrier))
    url = reverse("admin:telematics_alarmrule_change", args=[rule.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, form_of(rule, threshold=58)).status_code == 403
