"""Events found later: stretches of history that came too late to ring, kept as past."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import F, Q

from fleet.selectors.as_of import Moment, drivers_as_of
from fleet.services.jobs import promise_job
from telematics.models import Alarm, Breach, DirtyDay, RetroEvent, TruckState
from telematics.services.late.breached import Rules, read_spells, rules_in_force
from telematics.services.late.spells import Spell

ALARM_COMES_WITHIN = timedelta(minutes=2)
"""An alarm is opened so soon after a breach, or it was not for that breach."""
CREDIT_TASK = "dispatch.credit_retro_events"


def find_retro_events(truck_id: int, *, start: datetime, end: datetime, now: datetime) -> int:
    """Keep what late reports of [start, end) show to have been worth an alarm; return how many.

    The history is held against the rules in the order of its own time, with hysteresis, duration
    and age as for present alarms. Kept is what a late report has a part in and no alarm of that
    time tells of. No alarm opens, nobody is woken. What was found before and is not so by the
    history as it is now is gone; a stretch that grew keeps the time it was found at. The caller
    sees to it that a truck is looked at by one process at a time.

    Returns
    -------
    int
        Events that were not known.
    """
    rules = rules_in_force()
    known = _known(truck_id, rules, start=start, end=end)
    spells = read_spells(truck_id, rules, start=start, end=end, is_known=bool(known))
    spells = _untold(truck_id, rules, [spell for spell in spells if spell.is_found_late])
    going_on = _going_on(truck_id, rules, spells, now=now)
    _look_again(truck_id, going_on)
    past = [spell for spell in spells if spell not in going_on]
    return _keep(truck_id, rules, past, known=known, now=now)


def _untold(truck_id: int, rules: Rules, spells: Sequence[Spell]) -> list[Spell]:
    """Return the spells that no alarm of their time, as grave as they, tells of."""
    if not spells:
        return []
    alarms = Alarm.objects.filter(
        Q(closed_at__isnull=True) | Q(closed_at__gte=min(spell.began_at for spell in spells)),
        truck=truck_id,
    )
    told = list(alarms.values_list("kind", "level", "opened_at", "closed_at"))
    return [
        spell
        for spell in spells
        if not any(
            kind == rules.by_bit[spell.bit].kind
            and level >= rules.by_bit[spell.bit].level
            and opened_at <= spell.ended_at + ALARM_COMES_WITHIN
            and (closed_at is None or closed_at >= spell.began_at)
            for kind, level, opened_at, closed_at in told
        )
    ]


def _going_on(
    truck_id: int, rules: Rules, spells: Sequence[Spell], *, now: datetime
) -> list[Spell]:
    """Return the spells the live state is still in, while it is fresh enough to ring itself."""
    state = TruckState.objects.filter(pk=truck_id).first()
    if state is None:
        return []
    bits = set(Breach.objects.filter(truck=truck_id).values_list("bit", flat=True))
    return [
        spell
        for spell in spells
        if not spell.is_over
        and spell.bit in bits
        and now - state.recorded_at <= rules.gate(spell.bit).max_age
    ]


def _look_again(truck_id: int, going_on: Iterable[Spell]) -> None:
    """Have the days of spells that go on settled again.

    They are the business of present alarms. One that ends before the present alone made it long
    enough to ring was found late after all.
    """
    days = sorted({spell.began_at.date() for spell in going_on})
    rows = [DirtyDay(truck_id=truck_id, day=day) for day in days]
    DirtyDay.objects.bulk_create(rows, ignore_conflicts=True)


def _keep(
    truck_id: int,
    rules: Rules,
    spells: Sequence[Spell],
    *,
    known: Sequence[RetroEvent],
    now: datetime,
) -> int:
    """Bring the events of a span in line with its spells; have the new ones credited."""
    drivers = drivers_as_of([Moment(truck_id, spell.began_at) for spell in spells])
    events = [
        _event(truck_id, rules, spell, driver_id=driver_id, known=known, now=now)
        for spell, driver_id in zip(spells, drivers, strict=True)
    ]
    standing = {(event.rule_id, event.began_at) for event in events}
    before = {(event.rule_id, event.began_at) for event in known}
    gone = [event.pk for event in known if (event.rule_id, event.began_at) not in standing]
    RetroEvent.objects.filter(pk__in=gone).delete()
    RetroEvent.objects.bulk_create(
        events,
        update_conflicts=True,
        unique_fields=["truck", "rule", "began_at"],
        update_fields=["ended_at", "level", "detail", "driver"],
    )
    if new := standing - before:
        promise_job(name=CREDIT_TASK, key=uuid4().hex, truck_id=truck_id)
    return len(new)


def _known(truck_id: int, rules: Rules, *, start: datetime, end: datetime) -> list[RetroEvent]:
    """Return the events of a span, without those of a rule that was another then."""
    events = RetroEvent.objects.filter(
        Q(rule__changed_at__isnull=True) | Q(rule__changed_at__lte=F("found_at")),
        truck=truck_id,
        rule__in=[rule.pk for rule in rules.by_bit.values()],
        began_at__lt=end,
        ended_at__gte=start,
    )
    return list(events)


def _event(
    truck_id: int,
    rules: Rules,
    spell: Spell,
    *,
    driver_id: int | None,
    known: Sequence[RetroEvent],
    now: datetime,
) -> RetroEvent:
    rule, gate = rules.by_bit[spell.bit], rules.gate(spell.bit)
    found_at = [
        event.found_at
        for event in known
        if event.rule_id == rule.pk
        and event.began_at <= spell.ended_at
        and event.ended_at >= spell.began_at
    ]
    return RetroEvent(
        truck_id=truck_id,
        driver_id=driver_id,
        rule=rule,
        level=rule.level,
        began_at=spell.began_at,
        ended_at=spell.ended_at,
        found_at=min([*found_at, now]),
        detail=f"{spell.worst:g} {'≥' if gate.is_above else '≤'} {rule.threshold:g}",
    )
