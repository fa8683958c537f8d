"""Many who change one row at once, by the API and by the admin's forms: none overwrites another.

The oracle: each change that was taken names what it saw. If none was lost, every state but the last
was seen by exactly one of them.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from django.db import connections

from fleet.models import Operator, User
from tests.builders import make_assignment, make_operator, make_pack, make_station, make_truck
from tests.integration.dispatch.registries.desk import Desk, office, person
from tests.integration.fleet.test_stale_forms import set_limits

pytestmark = [pytest.mark.usefixtures("standing_clock"), pytest.mark.django_db(transaction=True)]
WRITERS, CHANGES_EACH = 4, 10
MANY = 10_000
VALUES = count(2_000)  # no two writers want the same

type Pairs = list[tuple[Any, Any]]


def changed(desk: Desk, path: str, changes: int, want: Callable[[dict[str, Any]], Any]) -> Pairs:
    """Change a row so often; return the tags of what was seen and of what it became."""
    done: Pairs = []
    try:
        while len(done) < changes:
            seen = desk.read(path)
            answer = desk.patch(path, seen["etag"], **want(seen))
            if answer.status_code == 200:
                done.append((seen["etag"], answer.json()["etag"]))
            else:
                assert answer.status_code == 412, answer.content
    finally:
        connections.close_all()
    return done


def race(desks: list[Desk], path: str, changes_each: int, want: Any) -> Pairs:
    """Let several change one row at once, and look whether any change was lost."""
    first = desks[0].read(path)["etag"]
    with ThreadPoolExecutor(len(desks)) as pool:
        parts = pool.map(lambda desk: changed(desk, path, changes_each, want), desks)
        done = [pair for part in parts for pair in part]
    last = desks[0].read(path)["etag"]
    assert lost(done, first, last) == []
    return done


def lost(done: Pairs, first: Any, last: Any) -> list[Any]:
    """Return the states that were overwritten by a change that had not seen them."""
    seen, became = [before for before, _ in done], [after for _, after in done]
    twice = [state for state, times in Counter(seen).items() if times > 1]
    return [*twice, *({*became, first} - {last} - {*seen})]


def power(_seen: dict[str, Any]) -> dict[str, Any]:
    return {"power_limit_kw": next(VALUES)}


@pytest.fixture
def station() -> Any:
    return make_station(make_operator(Operator.Kind.STATION_OPERATOR), lanes=1, slots=1)


def writers_of(operator: Operator, number: int = WRITERS) -> list[Desk]:
    """Return people and systems of an operator by turns."""
    role = User.Role.STATION_OPERATOR
    return [office(operator) if n % 2 else person(operator, role) for n in range(number)]


def test_of_many_who_change_a_station_at_once_none_overwrites_another(station: Any) -> None:
    race(writers_of(station.operator), f"stations/{station.pk}", CHANGES_EACH, power)


def test_a_lane_is_closed_and_opened_by_turns(station: Any) -> None:
    lane = station.lanes.get()

    def flip(seen: dict[str, Any]) -> dict[str, Any]:
        return {"is_closed": not seen["is_closed"], "swap_s": next(VALUES)}

    race(writers_of(station.operator, 3), f"lanes/{lane.pk}", 5, flip)


def test_a_promise_and_a_pack_change_hands_one_by_one() -> None:
    carrier = make_operator()
    promise = make_assignment(make_truck(carrier), state="accepted")
    desks = [person(carrier), office(carrier), person(carrier)]

    def flip(seen: dict[str, Any]) -> dict[str, Any]:
        return {"is_pinned": not seen["is_pinned"]}

    def wear(_seen: dict[str, Any]) -> dict[str, Any]:
        return {"soh_percent": 100 - next(VALUES) / 1e6}

    race(desks, f"assignments/{promise.pk}", 5, flip)
    promise.refresh_from_db()
    assert promise.version == 16
    race(desks, f"packs/{make_pack(owner=carrier).pk}", 5, wear)


def test_forms_and_programs_do_not_overwrite_each_other(station: Any) -> None:
    user = person(station.operator, User.Role.STATION_OPERATOR).user
    assert user is not None
    system, path = office(station.operator), f"stations/{station.pk}"
    url = f"/admin/fleet/swapstation/{station.pk}/change/"
    before = station.power_limit_kw

    def by_program() -> Pairs:
        done: Pairs = []
        try:
            while len(done) < CHANGES_EACH:
                seen, mine = system.read(path), next(VALUES) + 500_000
                answer = system.patch(path, seen["etag"], power_limit_kw=mine)
                if answer.status_code == 200:
                    done.append((seen["power_limit_kw"], mine))
        finally:
            connections.close_all()
        return done

    with ThreadPoolExecutor(2) as pool:
        forms = pool.submit(set_limits, user, url, CHANGES_EACH)
        done = pool.submit(by_program).result() + forms.result()
    station.refresh_from_db()
    assert lost(done, before, station.power_limit_kw) == []


def test_the_race_finds_changes_that_look_first_and_write_later(
    station: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.api.registries.views.is_seen", lambda *_: True)
    with pytest.raises(AssertionError):
        race(writers_of(station.operator), f"stations/{station.pk}", 5, power)


@pytest.mark.long
def test_ten_thousand_racing_changes_lose_none(station: Any) -> None:
    done = race(writers_of(station.operator), f"stations/{station.pk}", MANY // WRITERS, power)
    assert len(done) == MANY
