"""Inputs that break the planner again and again are kept from it, until they change.

An input is known by a digest of its problem, without the instant it was taken at.
"""

import hashlib
import json
from datetime import datetime

from django.db import IntegrityError, transaction

from dispatch.models import PlanRun, Quarantine
from dispatch.planning.exchange import problem_to_json
from dispatch.planning.problem import SwapProblem
from fleet.models import Region, User
from telematics.models import Alarm

FAILURES = 3
INPUT_CHANGED = "input_changed"


class AlreadyLiftedError(Exception):
    """Somebody lifted it before, or the input changed."""

    code = "already_lifted"


def problem_digest(problem: SwapProblem) -> str:
    """Return what an input is known by: equal for equal problems, whenever they were taken."""
    body = {**problem_to_json(problem), "as_of": ""}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def meet_input(region: Region, digest: str, *, now: datetime) -> Quarantine | None:
    """Return the quarantine an input is in; those of the region's other inputs end: it changed."""
    live = Quarantine.objects.filter(region=region, lifted_at__isnull=True)
    if live.exclude(digest=digest).update(lifted_at=now, lift_reason=INPUT_CHANGED):
        _close_alarm(region, now=now)
    return live.filter(digest=digest).first()


def note_failure(run: PlanRun, *, now: datetime) -> Quarantine | None:
    """Put the input of a failed run into quarantine if it was the third failure; gives it then.

    Counted since a person lifted its last quarantine. Two at once: one row, by its constraint.
    """
    earlier = Quarantine.objects.filter(region=run.region, digest=run.digest)
    lifted = earlier.filter(lifted_by__isnull=False).order_by("lifted_at").last()
    failed = PlanRun.objects.filter(
        region=run.region, digest=run.digest, state=PlanRun.State.FALLBACK, is_quarantined=False
    ).exclude(pk=run.pk)
    if lifted is not None and lifted.lifted_at is not None:
        failed = failed.filter(started_at__gt=lifted.lifted_at)
    failures = failed.count() + 1
    if failures < FAILURES:
        return None
    try:
        with transaction.atomic():
            made = Quarantine.objects.create(
                region=run.region,
                digest=run.digest,
                failures=failures,
                error=run.error[:300],
                opened_at=now,
            )
    except IntegrityError:
        return None  # another run opened it at this moment
    _open_alarm(made, now=now)
    return made


def lift_quarantine(quarantine: Quarantine, *, by: User, reason: str, now: datetime) -> None:
    """Let the planner have the input again, on a person's word.

    Raises
    ------
    AlreadyLiftedError
    """
    live = Quarantine.objects.filter(pk=quarantine.pk, lifted_at__isnull=True)
    if not live.update(lifted_at=now, lifted_by=by, lift_reason=reason[:200]):
        raise AlreadyLiftedError
    _close_alarm(quarantine.region, now=now)


def _open_alarm(quarantine: Quarantine, *, now: datetime) -> None:
    region = quarantine.region
    detail = (
        f"{region.code}: input {quarantine.digest[:12]} broke the planner"
        f" {quarantine.failures} times and goes to greedy until it changes: {quarantine.error}"
    )[:300]
    live = Alarm.objects.filter(kind=Alarm.Kind.PLANNER, closed_at__isnull=True)
    if not live.update(detail=detail, level=3):
        Alarm.objects.create(kind=Alarm.Kind.PLANNER, level=3, detail=detail, opened_at=now)


def _close_alarm(region: Region, *, now: datetime) -> None:
    live = Alarm.objects.filter(kind=Alarm.Kind.PLANNER, closed_at__isnull=True)
    live.filter(detail__startswith=f"{region.code}: ").update(closed_at=now)
