"""Drivers look at their phones: most at once, some late, a few never."""

from dataclasses import replace

import pytest

from dispatch.simulation.messages import Kind
from tests.unit.dispatch.simulation.small_world import Service, service

DRIVERS = 60


def looked(life: Service) -> dict[tuple[int, int], int]:
    """Return by promise and version the place in all that was said where it was looked at."""
    return {
        (one["assignment"], one.get("version", 0)): place
        for place, message in enumerate(life.heard)
        if message.kind is Kind.SEEN
        for one in message.body["shown"]
    }


@pytest.fixture(scope="module")
def lived() -> Service:
    life = service(trucks=DRIVERS)
    life.run(900)
    return life


def test_whoever_answers_has_looked_before(lived: Service) -> None:
    seen, answered = looked(lived), 0
    for place, message in enumerate(lived.heard):
        if message.kind is Kind.ACTION and message.name in {"accept", "decline"}:
            assert seen[message.assignment, 1] < place
            answered += 1
    assert answered > DRIVERS / 2


def test_news_is_looked_at_soon_late_or_never() -> None:
    shares = {"declined_share": 0.0, "no_show_share": 0.0}
    for habits, least, most in (
        ({"ignored_share": 1.0, "never_looks_share": 1.0}, 0, 0),
        ({"ignored_share": 1.0, "never_looks_share": 0.0, "looks_at_once_share": 1.0}, 60, 60),
        ({"ignored_share": 1.0, "never_looks_share": 0.0, "looks_at_once_share": 0.5}, 15, 45),
    ):
        life = service(trucks=DRIVERS)
        scene = life.world.scene
        drivers = replace(scene.params.drivers, **shares, **habits)  # type: ignore[arg-type]  # dicts of numbers
        scene.params = replace(scene.params, drivers=drivers)
        life.offers_below_percent = 0.0
        life.run(5)
        for plate in life.world.state.trucks:
            life.live[plate] = life.offer(plate)
            life.tell(plate)
        life.run(20)
        assert least <= len(looked(life)) <= most


def test_a_change_and_an_end_are_looked_at_too() -> None:
    life = service(trucks=1)
    life.offers_below_percent = 0.0
    life.run(5)
    promise = life.offer("T1")
    life.world.hear_assignment("T1", promise, server_time=life.now)
    life.world.hear_assignment("T1", {**promise, "version": 2}, server_time=life.now)
    life.live["T1"] = {**promise, "version": 2, "state": "accepted"}
    life.run(300)
    del life.live["T1"]
    life.run(400)
    number = promise["id"]
    assert {(number, 1), (number, 2), (number, 0)} <= set(looked(life))


def test_looking_changes_nothing_else() -> None:
    """Whether drivers look at once or never, the world says the same but for it."""
    said = []
    for share in (0.0, 1.0):
        life = service(trucks=8)
        scene = life.world.scene
        drivers = replace(scene.params.drivers, looks_at_once_share=share)
        scene.params = replace(scene.params, drivers=drivers)
        life.run(900)
        said.append([message for message in life.heard if message.kind is not Kind.SEEN])
    assert said[0] == said[1]
