"""When a driver looks at the phone: the open page then says that the news was seen."""

from zlib import crc32

import numpy as np

from dispatch.simulation.bodies import Eyes, Look, TruckBody
from dispatch.simulation.messages import Kind
from dispatch.simulation.promise import Promise
from dispatch.simulation.scene import Scene

_BEFORE_ANSWER_S = 3.0


def take_in(truck: TruckBody, promise: Promise | None, scene: Scene) -> None:
    """Note what is new to a driver's eyes: a promise, a change of it, or its end."""
    eyes = truck.eyes
    is_same = promise is not None and promise.id == eyes.about
    if eyes.about and not is_same and not eyes.is_over:
        eyes.is_over = True
        _look_later(truck, Look(assignment=eyes.about), scene)
    if promise is None or (is_same and promise.version <= eyes.version):
        return
    look = Look(assignment=promise.id, version=promise.version)
    _look_later(truck, look, scene, promise=promise)
    eyes.about, eyes.version, eyes.is_over = promise.id, promise.version, False


def _look_later(
    truck: TruckBody, look: Look, scene: Scene, *, promise: Promise | None = None
) -> None:
    """Draw when a driver looks; chance of its own, so that the world goes on as it would."""
    habits, seed = scene.params.drivers, scene.params.seed
    chance = np.random.default_rng(
        [seed, crc32(truck.plate.encode()), look.assignment, look.version]
    )
    is_prompt = chance.random() < habits.looks_at_once_share
    look.at_s = scene.now_s + float(
        chance.uniform(*(habits.look_s if is_prompt else habits.late_look_s))
    )
    if promise is not None and promise.is_offer and promise.id == truck.mind.about:
        if truck.mind.answer == "ignore" and chance.random() < habits.never_looks_share:
            return
        if truck.mind.answer != "ignore":
            last_s = truck.mind.answer_at_s - _BEFORE_ANSWER_S
            is_patient = scene.trucks[truck.plate].is_patient  # lets a person at the page be first
            look.at_s = last_s if is_patient else min(look.at_s, last_s)
    truck.eyes.looks.append(look)


def look(truck: TruckBody, scene: Scene) -> None:
    """Let the open page say what was looked at."""
    eyes: Eyes = truck.eyes
    due = [one for one in eyes.looks if one.at_s <= scene.now_s]
    if not due:
        return
    eyes.looks = [one for one in eyes.looks if one.at_s > scene.now_s]
    shown = [
        {"assignment": one.assignment, **({"version": one.version} if one.version else {})}
        for one in due
    ]
    scene.say(Kind.SEEN, truck.plate, body={"shown": shown})
