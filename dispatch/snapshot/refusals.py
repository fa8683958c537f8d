"""What people said: stations a truck is not to be sent to, drivers not to be asked just now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Max

from dispatch.models import Ban, SwapAssignment

DECLINE_COUNTS_FOR = timedelta(minutes=10)
NOT_THERE = {"too_far", "road_blocked", "other", ""}
"""Reasons of a driver against the station; the others are against swapping at all just now."""
LONGEST_SILENCE = timedelta(minutes=16)
CANNOT_WAIT_S = 1200
"""A truck that must swap within this is offered a swap however often its driver did not answer."""


@dataclass(slots=True)
class Refusals:
    """By truck: `banned` stations, `resting` (its driver said not now), `silent` (no answer)."""

    banned: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    resting: set[int] = field(default_factory=set)
    silent: set[int] = field(default_factory=set)

    def forget(self, truck_id: int) -> None:
        """Let a person's decision count for more than all of them."""
        self.banned.pop(truck_id, None)
        self.resting.discard(truck_id)
        self.silent.discard(truck_id)

    def ask_again(self, trucks: Iterable[int]) -> None:
        """Plan trucks whose drivers want no offer just now; what they or people forbade stays."""
        self.resting.difference_update(trucks)
        self.silent.difference_update(trucks)

    def keeps_out(self, truck_id: int, *, needs_swap_in_s: int | None) -> str:
        """Return why a truck without a promise gets no offer now; empty if it may."""
        if truck_id in self.resting:
            return "resting"
        can_wait = needs_swap_in_s is None or needs_swap_in_s > CANNOT_WAIT_S
        return "silent" if truck_id in self.silent and can_wait else ""


def read_refusals(trucks: list[int], *, now: datetime) -> Refusals:
    """Read bans, and what drivers declined or left unanswered of late.

    People's bans hold until they end; a driver's refusal holds for `DECLINE_COUNTS_FOR`. After
    the n-th offer in an hour that ran out unanswered, the next waits 2^n minutes.
    """
    found = Refusals()
    bans = Ban.objects.filter(truck__in=trucks, until__gt=now)
    for truck_id, station_id in bans.values_list("truck_id", "station_id"):
        found.banned[truck_id].add(station_id)
    ended = SwapAssignment.objects.filter(truck__in=trucks)
    declined = ended.filter(state="declined", ended_at__gt=now - DECLINE_COUNTS_FOR)
    for truck_id, station_id, reason in declined.values_list(
        "truck_id", "station_id", "end_reason"
    ):
        if reason in NOT_THERE:
            found.banned[truck_id].add(station_id)
        else:
            found.resting.add(truck_id)
    expired = ended.filter(state="expired", ended_at__gt=now - timedelta(hours=1))
    for row in expired.values("truck").annotate(count=Count("pk"), last=Max("ended_at")):
        wait = min(timedelta(minutes=2 ** min(row["count"], 10)), LONGEST_SILENCE)
        if row["last"] + wait > now:
            found.silent.add(row["truck"])
    return found
