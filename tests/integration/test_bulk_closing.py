"""Many lanes or stations closed at once: what loses its place is said first; one reason, undone."""

from typing import Any

import pytest
from django.test import Client

from fleet.models import Closure, Job, Lane, Operator, SwapStation, User
from fleet.selectors.changes import changes_of
from tests.builders import NOW, make_assignment, make_operator, make_station, make_truck, make_user
from tests.integration.test_bulk_actions import choose, previewed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
LANES, STATIONS = "/admin/fleet/lane/", "/admin/fleet/swapstation/"


@pytest.fixture
def wang() -> User:
    operator = make_operator(Operator.Kind.STATION_OPERATOR)
    return make_user(operator, User.Role.STATION_OPERATOR, username="wang")


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def closed_now() -> set[int | None]:
    return set(Closure.objects.filter(during__contains=NOW).values_list("lane", flat=True))


def test_lanes_are_closed_together_and_opened_again(wang: User) -> None:
    client, operator = signed_in(wang), wang.operator
    stations = [make_station(operator, lanes=3) for _ in range(2)]
    lanes = [lane for station in stations for lane in station.lanes.all()]
    coming = make_assignment(make_truck(), stations[1])
    make_assignment(make_truck(), stations[0], state="done", ended_at=NOW)
    answer = client.post(LANES, choose("close_many", lanes))
    page = answer.content.decode()
    assert "6 rows" in page
    assert f"1 promise loses its lane: {coming.truck.plate}." in page
    assert "open the same rows again" in page
    assert not Closure.objects.exists()

    client.post(LANES, previewed(answer, "power cut"))
    assert closed_now() == {lane.pk for lane in lanes}
    told = Closure.objects.first()
    assert told is not None
    assert (told.reason, told.closed_by) == ("power cut", wang)
    assert changes_of(told)[0].reason == "power cut"
    assert Job.objects.filter(name="dispatch.run_plan", payload__cause="lane_closed").exists()
    assert Job.objects.filter(name="dispatch.leave_closed").count() == len(stations)
    shown = client.get(f"{LANES}?closed=yes").content.decode()
    assert shown.count("power cut") >= 6
    assert "power cut" not in client.get(f"{LANES}?closed=no").content.decode()

    undone = client.post(LANES, choose("open_many", lanes))
    assert "loses its lane" not in undone.content.decode()
    client.post(LANES, previewed(undone, "power is back"))
    assert closed_now() == set()


def test_stations_are_closed_as_a_whole_and_lanes_say_so(wang: User) -> None:
    client = signed_in(wang)
    stations = [make_station(wang.operator) for _ in range(3)]
    swaps = [make_assignment(make_truck(), station) for station in stations[:2]]
    answer = client.post(STATIONS, choose("close_many", stations))
    page = answer.content.decode()
    assert "2 promises lose their lanes" in page
    assert all(swap.truck.plate in page for swap in swaps)
    client.post(STATIONS, previewed(answer, "safety"))
    assert Closure.objects.filter(lane=None, reason="safety").count() == 3
    assert client.get(STATIONS).content.decode().count("safety · ") == 3
    shown = client.get(f"{LANES}?closed=yes")
    assert len(shown.context["cl"].result_list) == 3
    undone = client.post(STATIONS, choose("open_many", stations))
    client.post(STATIONS, previewed(undone, "all clear"))
    assert closed_now() == set()


def test_nobody_closes_what_is_not_theirs_or_without_the_role(wang: User) -> None:
    own, other = make_station(wang.operator), make_station()
    form = choose("close_many", [own], select_across="1", reason="x")
    form["rows"] = f"{own.pk},{other.pk}"
    signed_in(wang).post(STATIONS, form)
    assert {closure.station for closure in Closure.objects.all()} == {own}
    for user in (
        make_user(wang.operator, User.Role.AUDITOR),
        make_user(make_operator()),
        make_user(make_operator(Operator.Kind.STATION_OPERATOR), User.Role.STATION_OPERATOR),
    ):
        rows: list[Any] = [*Lane.objects.filter(station=own)]
        signed_in(user).post(LANES, choose("close_many", rows, reason="x"))
        signed_in(user).post(STATIONS, choose("close_many", [own], reason="x"))
    assert Closure.objects.count() == 1


def test_all_or_none_and_closed_once(wang: User, monkeypatch: pytest.MonkeyPatch) -> None:
    stations = [make_station(wang.operator) for _ in range(3)]
    client = signed_in(wang)
    first = choose("close_many", stations[:1], reason="maintenance", select_across="1")
    client.post(STATIONS, {**first, "rows": str(stations[0].pk)})
    again = choose("close_many", stations, reason="power cut", select_across="1")
    client.post(STATIONS, {**again, "rows": ",".join(str(each.pk) for each in stations)})
    reasons = Closure.objects.order_by("station").values_list("reason", flat=True)
    assert [*reasons] == ["maintenance", "power cut", "power cut"]  # the first stays as it was

    Closure.objects.all().delete()
    made: list[SwapStation] = []

    def failing(station: SwapStation, **_named: Any) -> None:
        made.append(station)
        if len(made) == 3:
            raise ZeroDivisionError
        Closure.objects.create(station=station, during=(NOW, None), reason="x")

    monkeypatch.setattr("dispatch.admin.closing.StationAdmin.verbs", (failing, failing))
    client.raise_request_exception = False
    broken = client.post(STATIONS, {**again, "rows": ",".join(str(each.pk) for each in stations)})
    assert broken.status_code == 500
    assert not Closure.objects.exists()


def test_lanes_are_named_in_the_readers_language(wang: User) -> None:
    station = make_station(wang.operator, name="Caofeidian Port", name_zh="曹妃甸港换电站")
    lane = station.lanes.get()
    names = {"en": "Caofeidian Port L1", "zh-hans": "曹妃甸港换电站 1 号车道"}
    for language, name in names.items():
        User.objects.filter(pk=wang.pk).update(language=language)
        client = Client(headers={"accept-language": language})
        client.force_login(wang)
        assert name in client.get(LANES).content.decode()
        assert name in client.post(LANES, choose("close_many", [lane])).content.decode()
