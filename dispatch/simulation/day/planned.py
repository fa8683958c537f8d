"""Policies that ask a planner of the exchange format: ours, rolling; greedy, promise by promise."""

from collections.abc import Callable

from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.simulation.day.foreseen import Foresight
from dispatch.simulation.day.problems import Question, answer, ask
from dispatch.simulation.day.view import Choice, Decision, Seeker, View

type Planner = Callable[..., SwapPlan]


class Planned:
    """Plan everything again at every decision.

    With `keeps`, a seeker that has a promise keeps its station and only its time may move;
    without, it may be sent elsewhere until it turns off the road. With `foresight` the trucks
    that are not told yet are in the plan, and what a way costs later is reckoned at what lanes and
    packs are likely to be worth, not as for a truck alone.
    """

    def __init__(
        self,
        planner: Planner,
        params: PlannerParams,
        *,
        keeps: bool,
        change_s: int = 0,
        seed: int = 0,
        foresight: Foresight | None = None,
    ) -> None:
        self._planner, self._params, self._foresight = planner, params, foresight
        self._keeps, self._change_s, self._seed = keeps, change_s, seed

    def decide(self, view: View) -> list[Decision]:
        """Ask the planner about all seekers and comers."""
        if not view.seekers and not view.comers:
            return []
        foreseen: tuple[Seeker, ...] = ()
        if self._foresight is not None:
            view = self._foresight.see(view)
            foreseen = view.untold
        limits = {s.truck.number: kept(s) for s in view.seekers} if self._keeps else None
        question = ask(view, choices=limits, change_s=self._change_s, foreseen=foreseen)
        return answer(question, self.plan(question.problem), view)

    def plan(self, problem: SwapProblem) -> SwapPlan:
        """Ask the planner."""
        return self._planner(problem, self._params, seed=self._seed)


def kept(seeker: Seeker) -> tuple[Choice, ...]:
    """Return the way a seeker is promised, or all it has if it is promised none of them."""
    promise = seeker.promise
    if promise is None:
        return seeker.choices
    same = tuple(c for c in seeker.choices if c.site == promise.site and c.node == promise.node)
    if not same:  # the node has moved: the station is what was promised
        same = tuple(choice for choice in seeker.choices if choice.site == promise.site)
    return same or seeker.choices


__all__ = ["Planned", "Question", "kept"]
