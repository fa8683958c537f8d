"""A worker looks at the next plan of a region, with and without a draft's edits; promises nothing.

Three plans of one snapshot: as things stand (every promise kept, whoever has none put beside
them), the next plan, and the next plan with the edits. Only the next plan is searched for: with
the edits everybody stays where it has them, and who is pushed aside finds another place.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from dispatch.models import PlanDraft
from dispatch.planning.check import check_plan
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.planning.solve import plan_swaps
from dispatch.services.plans.archive import planner_call
from dispatch.services.plans.contained import Planned, plan_by_greedy, plan_in_time
from dispatch.services.roads.choose import roads_of_round
from dispatch.services.workbench.drafts import GREEDY
from dispatch.services.workbench.sketch import Sketch, as_it_stands, steered_by, with_edits
from dispatch.services.workbench.telling import Looked, result_of
from dispatch.snapshot import take_snapshot

log = logging.getLogger(__name__)
Phase = PlanDraft.Phase


GIVES_WAY = 5
"""A preview's planner gives way to that of the region's plans where both want a core."""


class SupersededError(Exception):
    """The draft was changed meanwhile: a later preview answers."""


@dataclass(slots=True)
class _Work:
    """One revision of a draft under way."""

    draft: PlanDraft
    revision: int
    read_clock: Callable[[], datetime]

    def enter(self, phase: Phase) -> None:
        """Say how far it is."""
        self.keep(phase=phase, phase_at=self.read_clock())

    def keep(self, **columns: object) -> None:
        """Write to the draft, if it still is at this revision."""
        rows = PlanDraft.objects.filter(pk=self.draft.pk, revision=self.revision)
        if not rows.update(**columns):
            raise SupersededError


def preview_draft(draft_id: int, revision: int, *, read_clock: Callable[[], datetime]) -> bool:
    """Look at a revision of a draft and keep what was found; False if it was changed meanwhile."""
    rows = PlanDraft.objects.filter(pk=draft_id, revision=revision).defer("result")
    draft = rows.select_related("region").first()
    if draft is None:
        return False
    work = _Work(draft, revision, read_clock)
    try:
        _look(work)
    except SupersededError:
        return False
    except Exception as error:
        rows.update(
            phase=Phase.FAILED,
            phase_at=read_clock(),
            error=f"{type(error).__name__}: {error}"[:2000],
        )
        raise
    return True


def _look(work: _Work) -> None:
    work.enter(Phase.READING)
    edits = list(work.draft.edits.select_related("truck", "station", "lane"))
    steered, now, started_s = steered_by(edits), work.read_clock(), time.monotonic()
    with roads_of_round(now=now) as travel:
        snapshot = take_snapshot(work.draft.region, now=now, travel=travel, steered=steered)
    work.enter(Phase.PLANNING)
    base = as_it_stands(snapshot, steered)
    following = _ask(base, work.draft.planner)
    sketch, edited = Sketch(base), None
    if edits:
        sketch = with_edits(base, following.plan, edits, snapshot)
        edited = _with_room_made(sketch.problem, following, work.draft.planner)
    work.enter(Phase.COMPARING)
    looked = Looked(
        snapshot=snapshot,
        base=base,
        stands=as_things_stand(base),
        following=following,
        edited=edited,
        sketch=sketch,
    )
    result = result_of(looked, edits, seconds=round(time.monotonic() - started_s, 2))
    work.keep(
        phase=Phase.DONE,
        phase_at=work.read_clock(),
        solved_revision=work.revision,
        solved_at=now,
        result=result,
    )


def as_things_stand(problem: SwapProblem) -> SwapPlan:
    """Keep every promise that can be kept and put the others beside them, without a search."""
    return plan_swaps(problem, PlannerParams(time_limit_s=0, workers=1))


def _with_room_made(problem: SwapProblem, following: Planned, planner: str) -> Planned:
    """Keep everybody where the `following` plan has them, but for the edits and who is in the way.

    Those pushed aside are served one after another at the least cost beside the others. Nothing
    moves but for the edits, so the difference is theirs alone, and the most that they cost: a
    search might find less.
    """
    plan = as_things_stand(problem)
    if check_plan(problem, plan):  # ours to mend; the person still gets an answer
        log.error("a plan made around edits breaks rules: planned anew")
        return _ask(problem, planner)
    return Planned(plan, following.planner)


def _ask(problem: SwapProblem, planner: str) -> Planned:
    """Plan as the worker does when it is urgent; `greedy` if that was asked for."""
    if planner == GREEDY:
        return plan_by_greedy(problem, why="")
    limit_s = settings.PLANNER_URGENT_TIME_LIMIT_S
    call = planner_call(settings.PLANNER_NAME, module=settings.PLANNER_MODULE, time_limit_s=limit_s)
    return plan_in_time(problem, replace(call, nice=GIVES_WAY))
