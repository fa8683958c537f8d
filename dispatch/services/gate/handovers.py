"""Hand a shift over: what is signed stays as it was signed."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dispatch.models import ShiftHandover
from dispatch.selectors.handover import shift_begins_at, shift_figures
from dispatch.selectors.handover_tables import sections_of
from dispatch.services.promises.moves import DispatchError
from fleet.models import SwapStation, User
from fleet.services.packs import told
from fleet.services.paper import Figure, Figures, Note, Paper, Table, print_paper


class HandoverRefusedError(DispatchError):
    """The hand-over is refused: `same_person`, `signed_already`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def hand_over(station: SwapStation, *, note: str, by: User, now: datetime) -> ShiftHandover:
    """Sign a shift out: its figures are kept as they are at this moment.

    Raises
    ------
    HandoverRefusedError
        `signed_already`: somebody handed it over at the same time.
    """
    try:
        with transaction.atomic(), told(by=by, why="handed over"):
            SwapStation.objects.select_for_update(no_key=True).get(pk=station.pk)
            begins_at = shift_begins_at(station, now=now)
            return ShiftHandover.objects.create(
                station=station,
                begins_at=begins_at,
                ends_at=now,
                figures=shift_figures(station, begins_at=begins_at, ends_at=now),
                note=note[:2000],
                outgoing=by,
            )
    except IntegrityError as error:
        raise HandoverRefusedError(
            "signed_already", "The shift has just been handed over."
        ) from error


def take_over(handover: ShiftHandover, *, by: User, now: datetime) -> None:
    """Sign a shift in, as another person than the one who signed it out.

    Raises
    ------
    HandoverRefusedError
        `same_person`, `signed_already`.
    """
    if handover.outgoing_id == by.pk:
        raise HandoverRefusedError("same_person", "Another person has to take the shift over.")
    with told(by=by, why="taken over"):
        rows = ShiftHandover.objects.filter(pk=handover.pk, incoming=None)
        if not rows.update(incoming=by, taken_at=now):
            raise HandoverRefusedError("signed_already", "The shift was taken over before.")


def handover_paper(handover: ShiftHandover, *, span: str) -> bytes:
    """Return a hand-over as PDF in the reader's language."""
    sections = sections_of(handover.figures)
    return print_paper(
        Paper(
            title=f"{_('Shift hand-over')} · {handover.station}",
            subtitle=span,
            parts=[
                Figures([Figure(one.title, str(one.count)) for one in sections], columns=4),
                Note(f"{_('Note')}: {handover.note or '–'}"),
                *(
                    Table(title=f"{one.title} ({one.count})", heads=one.heads, rows=one.rows)
                    for one in sections
                    if one.rows
                ),
                Note(f"{_('Handed over by')}: {handover.outgoing}    ______________________"),
                Note(f"{_('Taken over by')}: {handover.incoming or ''}    ______________________"),
            ],
            footer=f"{handover.station} · {span}",
        )
    )
