"""What drivers' phones may say, and what comes of it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from dispatch.models import DriverAction, SwapAssignment
from fleet import clock
from fleet.models import Driver, Pack, Shift, Truck
from fleet.services.sign_in import make_sign_in_link, sign_out_everywhere
from tests.builders import (
    make_assignment,
    make_driver,
    make_hold,
    make_operator,
    make_pack,
    make_shift,
    make_station,
    make_truck,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/driver"


@dataclass
class Phone:
    """A driver's phone, signed in."""

    driver: Driver
    client: Client
    csrf_token: str

    def post(self, path: str, **body: Any) -> Any:
        body.setdefault("action_id", str(uuid4()))
        headers = {"X-CSRFToken": self.csrf_token}
        return self.client.post(
            f"{API}/{path}", body, content_type="application/json", headers=headers
        )

    def get(self, path: str) -> Any:
        return self.client.get(f"{API}/{path}")


def sign_in(driver: Driver) -> Phone:
    link = make_sign_in_link(driver, now=clock.now(), by=None)
    client = Client(enforce_csrf_checks=True)
    body = {"token": link.token}
    answer = client.post(f"{API}/session", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["driver"]["id"] == driver.pk
    return Phone(driver, client, answer.json()["csrf_token"])


@pytest.fixture
def phone() -> Phone:
    return sign_in(make_driver(make_operator()))


@pytest.fixture
def truck(phone: Phone) -> Truck:
    return make_truck(phone.driver.carrier)


def offer(phone: Phone, truck: Truck, **fields: Any) -> SwapAssignment:
    now = clock.now()
    times = {
        "start": now + timedelta(minutes=30),
        "offered_at": now,
        "offer_expires_at": now + timedelta(minutes=2),
    }
    return make_assignment(truck=truck, driver=phone.driver, **{**times, **fields})


def state_of(assignment: SwapAssignment) -> str:
    return SwapAssignment.objects.get(pk=assignment.pk).state


def problem(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return answer.json()


class TestSession:
    def test_a_used_link_and_an_unknown_one_are_refused(self, phone: Phone) -> None:
        link = make_sign_in_link(phone.driver, now=clock.now(), by=None)
        for token, code in ((link.token, None), (link.token, "link_used"), ("x", "unknown_link")):
            answer = Client().post(
                f"{API}/session", {"token": token}, content_type="application/json"
            )
            if code:
                assert problem(answer, 401)["code"] == code

    def test_without_a_session_there_is_a_hint(self, client: Client) -> None:
        assert problem(client.get(f"{API}/me"), 401)["code"] == "not_signed_in"

    def test_a_write_without_the_token_of_the_page_is_refused(self, phone: Phone) -> None:
        phone.csrf_token = ""
        assert problem(phone.post("shifts/end"), 403)["code"] == "csrf_failed"
        assert not DriverAction.objects.exists()

    def test_signing_out_ends_the_session(self, phone: Phone) -> None:
        headers = {"X-CSRFToken": phone.csrf_token}
        assert phone.client.delete(f"{API}/session", headers=headers).status_code == 204
        assert phone.get("me").status_code == 401

    def test_signing_out_everywhere_ends_all_sessions(self, phone: Phone) -> None:
        assert phone.get("me").status_code == 200
        sign_out_everywhere(Driver.objects.get(pk=phone.driver.pk))
        assert phone.get("me").status_code == 401

    def test_a_driver_let_go_is_out_at_once(self, phone: Phone) -> None:
        Driver.objects.filter(pk=phone.driver.pk).update(is_active=False)
        assert phone.get("me").status_code == 401


class TestShifts:
    def test_me_lists_the_trucks_of_the_carrier_only(self, phone: Phone, truck: Truck) -> None:
        pack = make_pack(truck.model.pack_type, truck=truck)
        make_truck()

        me = phone.get("me").json()

        choice = {"id": truck.pk, "plate": truck.plate, "pack_codes": [pack.code]}
        assert me["trucks"] == [choice]
        assert (me["shift"], me["assignment"], me["trip"]) == (None, None, None)

    def test_a_shift_starts_when_truck_and_packs_are_right(
        self, phone: Phone, truck: Truck
    ) -> None:
        pack = make_pack(truck.model.pack_type, truck=truck)

        answer = phone.post("shifts", truck_id=truck.pk, pack_codes=[pack.code])

        assert answer.status_code == 201, answer.content
        assert answer.json()["truck"] == {"id": truck.pk, "plate": truck.plate}
        me = phone.get("me").json()
        assert (me["shift"]["id"], me["trucks"]) == (answer.json()["id"], [])

    def test_wrong_packs_are_answered_with_the_right_ones(self, phone: Phone, truck: Truck) -> None:
        pack = make_pack(truck.model.pack_type, truck=truck)

        refused = problem(phone.post("shifts", truck_id=truck.pk, pack_codes=["X"]), 409)

        assert (refused["code"], refused["expected"]) == ("wrong_packs", [pack.code])
        assert not Shift.objects.exists()

    def test_a_truck_of_another_carrier_is_unknown(self, phone: Phone) -> None:
        answer = phone.post("shifts", truck_id=make_truck().pk, pack_codes=[])
        assert problem(answer, 409)["code"] == "unknown_truck"
        assert not Shift.objects.exists()

    def test_a_truck_on_shift_and_a_driver_on_shift_are_taken(
        self, phone: Phone, truck: Truck
    ) -> None:
        make_shift(make_driver(phone.driver.carrier), truck)
        answer = phone.post("shifts", truck_id=truck.pk, pack_codes=[])
        assert problem(answer, 409)["code"] == "truck_taken"

        make_shift(phone.driver, make_truck(phone.driver.carrier))
        answer = phone.post("shifts", truck_id=truck.pk, pack_codes=[])
        assert problem(answer, 409)["code"] == "on_shift_already"

    def test_a_shift_ends_and_its_open_offer_is_cancelled(self, phone: Phone, truck: Truck) -> None:
        make_shift(phone.driver, truck)
        assignment = offer(phone, truck)

        answer = phone.post("shifts/end")

        assert (answer.status_code, state_of(assignment)) == (200, "cancelled")
        assert Shift.objects.get().ended_at is not None

    def test_a_shift_stays_open_while_a_swap_is_under_way(self, phone: Phone, truck: Truck) -> None:
        make_shift(phone.driver, truck)
        assignment = offer(phone, truck, state="arrived")

        assert problem(phone.post("shifts/end"), 409)["code"] == "swap_open"

        assert (state_of(assignment), Shift.objects.get().ended_at) == ("arrived", None)


class TestAssignments:
    def test_the_whole_way_by_taps(self, phone: Phone, truck: Truck) -> None:
        assignment = offer(phone, truck)
        assert phone.get("assignment").json()["actions"] == ["accept", "decline"]
        for action, state in (("accept", "accepted"), ("leave", "en_route"), ("arrive", "arrived")):
            answer = phone.post(f"assignments/{assignment.pk}/{action}")
            assert answer.json()["assignment"]["state"] == state, answer.content

        answer = phone.post(f"assignments/{assignment.pk}/done")

        assert (answer.json(), state_of(assignment)) == ({"assignment": None}, "done")
        assert phone.get("assignment").status_code == 204

    def test_done_by_the_driver_moves_the_promised_packs(self, phone: Phone, truck: Truck) -> None:
        station = make_station(region=truck.region)
        slot = station.slots.first()
        assert slot is not None
        full = make_pack(truck.model.pack_type, slot=slot)
        empty = make_pack(truck.model.pack_type, truck=truck)
        assignment = offer(phone, truck, station=station, state="swapping")
        make_hold(assignment, full)

        phone.post(f"assignments/{assignment.pk}/done")

        assert state_of(assignment) == "done"
        assert Pack.objects.get(pk=full.pk).truck_id == truck.pk
        assert Pack.objects.get(pk=empty.pk).slot_id == slot.pk

    def test_done_is_refused_while_the_books_cannot_say_which_packs_changed(
        self, phone: Phone, truck: Truck
    ) -> None:
        on_truck = make_pack(truck.model.pack_type, truck=truck)
        assignment = offer(phone, truck, state="swapping")

        refused = problem(phone.post(f"assignments/{assignment.pk}/done"), 409)

        assert (refused["code"], state_of(assignment)) == ("wrong_pack", "swapping")
        assert Pack.objects.get(pk=on_truck.pk).truck_id == truck.pk

    def test_declining_needs_one_of_six_reasons(self, phone: Phone, truck: Truck) -> None:
        assignment = offer(phone, truck)
        for reason in ({}, {"reason": "no"}):
            answer = phone.post(f"assignments/{assignment.pk}/decline", **reason)
            assert problem(answer, 400)["errors"].keys() == {"reason"}
        assert state_of(assignment) == "offered"

        answer = phone.post(f"assignments/{assignment.pk}/decline", reason="too_far")

        assert answer.json() == {"assignment": None}
        assert SwapAssignment.objects.get(pk=assignment.pk).end_reason == "too_far"

    def test_another_drivers_assignment_is_not_there(self, phone: Phone, truck: Truck) -> None:
        stranger = make_driver(phone.driver.carrier)
        assignment = make_assignment(truck=truck, driver=stranger)
        for action in ("accept", "leave", "arrive", "done"):
            answer = phone.post(f"assignments/{assignment.pk}/{action}")
            assert problem(answer, 404)["code"] == "not_found"
        for page in ("navigate", "check-in.svg"):
            path = f"/driver/assignments/{assignment.pk}/{page}"
            assert phone.client.get(path).status_code == 404
        assert (phone.get("assignment").status_code, state_of(assignment)) == (204, "offered")
        assert not DriverAction.objects.exists()

    def test_a_navigation_app_is_told_the_station_in_the_drivers_language(
        self, phone: Phone, truck: Truck
    ) -> None:
        station = make_station(name="Caofeidian North", name_zh="曹妃甸北")
        assignment = make_assignment(truck=truck, driver=phone.driver, station=station)
        path = f"/driver/assignments/{assignment.pk}/navigate"
        for language, name in (("zh-hans", "曹妃甸北"), ("en", "Caofeidian North")):
            phone.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
            links = phone.client.get(path).json()["links"]
            assert all(quote(name) in link["href"] for link in links)

    def test_an_offer_that_ran_out_is_refused(self, phone: Phone, truck: Truck) -> None:
        assignment = offer(phone, truck, offer_expires_at=clock.now() - timedelta(seconds=1))
        answer = phone.post(f"assignments/{assignment.pk}/accept")
        assert problem(answer, 409)["code"] == "offer_expired"
        assert state_of(assignment) == "offered"

    def test_a_step_out_of_order_is_refused_with_the_state(
        self, phone: Phone, truck: Truck
    ) -> None:
        assignment = offer(phone, truck)
        refused = problem(phone.post(f"assignments/{assignment.pk}/leave"), 409)
        assert (refused["code"], refused["state"]) == ("not_allowed_now", "offered")

    @pytest.mark.parametrize(
        ("action", "state"),
        [
            ("accept", "accepted"),
            ("leave", "en_route"),
            ("arrive", "arrived"),
            ("arrive", "queued"),
        ],
    )
    def test_a_tap_after_the_service_saw_it_happen_is_taken(
        self, phone: Phone, truck: Truck, action: str, state: str
    ) -> None:
        assignment = offer(phone, truck, state=state)
        answer = phone.post(f"assignments/{assignment.pk}/{action}")
        assert answer.status_code == 200, answer.content
        assert answer.json()["assignment"]["state"] == state
        after = SwapAssignment.objects.get(pk=assignment.pk)
        assert (after.state, after.version) == (state, assignment.version)

    @pytest.mark.parametrize(
        ("action", "state"),
        [("accept", "en_route"), ("leave", "arrived"), ("arrive", "swapping")],
    )
    def test_a_tap_for_what_is_long_past_is_refused(
        self, phone: Phone, truck: Truck, action: str, state: str
    ) -> None:
        assignment = offer(phone, truck, state=state)
        refused = problem(phone.post(f"assignments/{assignment.pk}/{action}"), 409)
        assert (refused["code"], refused["state"]) == ("not_allowed_now", state)


class TestSendingAgain:
    def test_the_same_action_is_answered_the_same_and_done_once(
        self, phone: Phone, truck: Truck
    ) -> None:
        assignment = offer(phone, truck)
        path, action_id = f"assignments/{assignment.pk}/accept", str(uuid4())

        first = phone.post(path, action_id=action_id)
        phone.post(f"assignments/{assignment.pk}/leave")
        again = phone.post(path, action_id=action_id)

        assert (again.status_code, again.json()) == (200, first.json())
        assert state_of(assignment) == "en_route"
        assert DriverAction.objects.count() == 2

    def test_a_refusal_is_kept_too(self, phone: Phone, truck: Truck) -> None:
        assignment = offer(phone, truck)
        path, action_id = f"assignments/{assignment.pk}/leave", str(uuid4())
        first = problem(phone.post(path, action_id=action_id), 409)
        phone.post(f"assignments/{assignment.pk}/accept")

        assert problem(phone.post(path, action_id=action_id), 409) == first
        assert state_of(assignment) == "accepted"

    def test_an_id_of_another_action_is_refused(self, phone: Phone, truck: Truck) -> None:
        assignment, action_id = offer(phone, truck), str(uuid4())
        phone.post(f"assignments/{assignment.pk}/accept", action_id=action_id)

        answer = phone.post(f"assignments/{assignment.pk}/leave", action_id=action_id)

        assert problem(answer, 409)["code"] == "id_reused"
        assert state_of(assignment) == "accepted"


@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.fixture
    def scene(self) -> tuple[Phone, SwapAssignment]:
        phone = sign_in(make_driver(make_operator()))
        return phone, offer(phone, make_truck(phone.driver.carrier))

    def race(self, phone: Phone, assignment: SwapAssignment, ids: list[str]) -> list[int]:
        def accept(action_id: str) -> int:
            try:
                path = f"assignments/{assignment.pk}/accept"
                return int(phone.post(path, action_id=action_id).status_code)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(ids)) as threads:
            return sorted(threads.map(accept, ids))

    def test_two_taps_have_one_effect(self, scene: tuple[Phone, SwapAssignment]) -> None:
        phone, assignment = scene
        assert self.race(phone, assignment, [str(uuid4()) for _ in range(4)]) == [200] * 4
        assert SwapAssignment.objects.get(pk=assignment.pk).version == 2

    def test_one_tap_sent_twice_has_one_effect_and_one_answer(
        self, scene: tuple[Phone, SwapAssignment]
    ) -> None:
        phone, assignment = scene
        assert self.race(phone, assignment, [str(uuid4())] * 4) == [200] * 4
        assert SwapAssignment.objects.get(pk=assignment.pk).version == 2
        assert DriverAction.objects.count() == 1
