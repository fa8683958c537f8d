"""A pack set apart for safety is released by two persons, whatever is tried in whatever order."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.models import Job, Pack, PackQuarantine, User
from fleet.services import quarantine
from fleet.services.packs import Custody, PackMoveRefusedError
from fleet.services.quarantine import BREAK_HOLDS_TASK, quarantine_pack
from tests.builders import NOW, make_pack, make_user

pytestmark = pytest.mark.django_db
STEPS = st.lists(
    st.tuples(st.sampled_from(["heat", "hold", "ask", "confirm", "refuse"]), st.integers(0, 2)),
    max_size=12,
)


class Model:
    """What ought to be: free, or apart, for safety or not, with who asked for the release."""

    def __init__(self) -> None:
        self.is_apart = self.is_safety = False
        self.asked: int | None = None

    def step(self, verb: str, person: int) -> str:
        """Take a step and return the code it is refused with, or nothing."""
        if verb in {"heat", "hold"}:
            if verb == "heat" or not self.is_apart:
                self.is_apart, self.is_safety, self.asked = True, verb == "heat", None
            return ""
        if not self.is_apart:
            return "not_quarantined"
        if verb == "refuse":
            return self._refuse()
        return self._ask(person) if verb == "ask" else self._confirm(person)

    def _ask(self, person: int) -> str:
        if self.is_safety and self.asked is not None:
            return "release_asked_already"
        self.asked = person if self.is_safety else None
        self.is_apart = self.is_safety
        return ""

    def _confirm(self, person: int) -> str:
        if self.asked in {None, person}:
            return "release_not_asked" if self.asked is None else "same_person"
        self.is_apart, self.asked = False, None
        return ""

    def _refuse(self) -> str:
        if self.asked is None:
            return "release_not_asked"
        self.asked = None
        return ""


def take(verb: str, pack: Pack, by: User) -> str:
    custody = Custody(at=NOW, reason=verb, by=None if verb == "heat" else by)
    try:
        if verb in {"heat", "hold"}:
            quarantine_pack(pack.pk, custody=custody, is_safety=verb == "heat")
        else:
            getattr(quarantine, f"{verb}_release")(pack.pk, custody=custody)
    except PackMoveRefusedError as refusal:
        return refusal.code
    return ""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=STEPS)
def test_whatever_is_tried_the_pack_is_where_two_persons_left_it(
    steps: list[tuple[str, int]],
) -> None:
    model, pack = Model(), make_pack()
    people = [make_user() for _ in range(3)]
    for verb, person in steps:
        assert take(verb, pack, people[person]) == model.step(verb, person)
        assert Pack.objects.get(pk=pack.pk).is_quarantined == model.is_apart
        standing = PackQuarantine.objects.filter(pack=pack, released_at=None)
        asked = people[model.asked].pk if model.asked is not None else None
        facts = [(model.is_safety, asked)] if model.is_apart else []
        assert list(standing.values_list("is_safety", "asked_by")) == facts
    for past in PackQuarantine.objects.filter(pack=pack, is_safety=True, released_at__isnull=False):
        assert past.asked_by_id != past.released_by_id


def test_a_machine_releases_nothing_and_the_history_tells_all() -> None:
    pack, first, second = make_pack(), make_user(), make_user()
    quarantine_pack(pack.pk, custody=Custody(at=NOW, reason="66 °C"))
    with pytest.raises(PackMoveRefusedError) as refused:
        quarantine.ask_release(pack.pk, custody=Custody(at=NOW, reason="cooled"))
    assert refused.value.code == "needs_a_person"
    later = NOW + timedelta(minutes=5)
    quarantine.ask_release(pack.pk, custody=Custody(at=later, reason="cooled", by=first))
    quarantine.confirm_release(pack.pk, custody=Custody(at=later, reason="looked", by=second))

    history = PackQuarantine.pgh_event_models["insert"].objects.filter(pgh_obj__pack=pack)  # type: ignore[attr-defined]  # made by pghistory
    told = [
        (event.pgh_context.metadata["reason"], event.pgh_context.metadata.get("user"))
        for event in history.select_related("pgh_context").order_by("pgh_id")
    ]
    assert told == [("66 °C", None), ("cooled", first.pk), ("looked", second.pk)]
    assert Job.objects.filter(name=BREAK_HOLDS_TASK, payload__pack_id=pack.pk).count() == 1
