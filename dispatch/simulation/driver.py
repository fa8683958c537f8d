"""What drivers do with offers and promises: answer, set out, come late, or not at all."""

from dispatch.simulation.bodies import Mind, Stage, TruckBody
from dispatch.simulation.leg import road_s
from dispatch.simulation.looks import look, take_in
from dispatch.simulation.messages import Kind, new_id
from dispatch.simulation.promise import Promise
from dispatch.simulation.scene import Scene

_REASONS = ("too_far", "have_enough_charge", "road_blocked", "rest_time", "other")
_HELPLESS = (Stage.STRANDED, Stage.TOWED)


def hear(truck: TruckBody, promise: Promise | None, scene: Scene) -> None:
    """Take in what the service says is promised to the truck now, or that nothing is."""
    if promise is None or promise.id == truck.over:
        take_in(truck, None, scene)
        truck.promise = None
        return
    if promise.id != truck.mind.about:
        truck.mind = _make_up_mind(truck, promise, scene)
    take_in(truck, promise, scene)
    if promise.is_offer and truck.mind.answer == "":
        return  # answered or ignored: what arrives now was sent before
    truck.promise = promise


def _make_up_mind(truck: TruckBody, promise: Promise, scene: Scene) -> Mind:
    habits, plate = scene.params.drivers, truck.plate
    mind = Mind(about=promise.id, heard_s=scene.now_s, answer="accept")
    roll = scene.draw(plate, (0.0, 1.0))
    if truck.stage in _HELPLESS:
        mind.answer, mind.reason = "decline", "truck_fault"
    elif roll < habits.declined_share:
        mind.answer = "decline"
        mind.reason = str(scene.chances[plate].choice(_REASONS))
    elif roll < habits.declined_share + habits.ignored_share:
        mind.answer = "ignore"
    mind.answer_at_s = scene.now_s + scene.draw(plate, habits.answer_s)
    if scene.trucks[plate].is_patient:
        mind.answer_at_s = scene.now_s + habits.patient_answer_s
    mind.is_no_show = scene.happens(plate, habits.no_show_share)
    if scene.happens(plate, habits.late_share):
        mind.late_s = float(scene.chances[plate].exponential(habits.late_mean_s))
    return mind


def act(truck: TruckBody, scene: Scene) -> None:
    """Look at the phone, answer the offer, or tap "arrived", when it is time."""
    look(truck, scene)
    promise, mind = truck.promise, truck.mind
    if promise is None:
        return
    if promise.is_offer:
        _answer(truck, promise, scene)
    elif mind.tap_at_s is not None and scene.now_s >= mind.tap_at_s:
        mind.tap_at_s = None
        tap(truck, "arrive", scene)


def _answer(truck: TruckBody, promise: Promise, scene: Scene) -> None:
    mind = truck.mind
    if scene.now_s >= promise.expires_s:
        truck.promise, mind.answer = None, ""
        scene.tally.expired += 1
    elif mind.answer in {"accept", "decline"} and scene.now_s >= mind.answer_at_s:
        tap(truck, mind.answer, scene, **({"reason": mind.reason} if mind.reason else {}))
        scene.tally.no_shows += mind.answer == "accept" and mind.is_no_show
        mind.answer = ""
        truck.promise = None  # until the service says what came of it


def tap(truck: TruckBody, action: str, scene: Scene, **rest: str) -> None:
    """Press a button of the driver's app."""
    body = {"action_id": new_id(scene.chances[truck.plate]), **rest}
    about = truck.mind.about
    scene.say(Kind.ACTION, truck.plate, name=action, assignment=about, body=body)


def kept_promise(truck: TruckBody) -> Promise | None:
    """Return the promise the driver means to keep."""
    promise = truck.promise
    if promise is None or not promise.is_kept or truck.mind.is_no_show:
        return None
    return promise


def is_time_to_go(truck: TruckBody, scene: Scene) -> bool:
    """Whether the truck must turn towards its station now to be there as promised."""
    promise = kept_promise(truck)
    if promise is None:
        return False
    if scene.now_s >= promise.leave_by_s - scene.params.drivers.starts_early_s + truck.mind.late_s:
        return True
    way_s = road_s(truck.position, scene.positions[promise.station], is_loaded=truck.is_outbound)
    return scene.now_s + way_s >= promise.eta_s + truck.mind.late_s


def came(truck: TruckBody, promise: Promise, scene: Scene) -> None:
    """Note the arrival at the station; most drivers tap "arrived" a little later."""
    scene.tally.arrivals += 1
    scene.tally.windows_kept += scene.now_s <= promise.window_to_s
    habits = scene.params.drivers
    if not scene.happens(truck.plate, habits.forgets_to_tap_share):
        truck.mind.tap_at_s = scene.now_s + scene.draw(truck.plate, habits.tap_s)
