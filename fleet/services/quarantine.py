"""Set packs apart and let them go again; one for safety takes two persons to be released."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from fleet.models import Pack, PackQuarantine, User
from fleet.services.jobs import promise_job
from fleet.services.packs import Custody, PackMoveRefusedError, told

BREAK_HOLDS_TASK = "dispatch.break_holds"


def quarantine_pack(pack_id: int, *, custody: Custody, is_safety: bool = True) -> bool:
    """Forbid handing a pack out, wherever it is; say whether it was free until now.

    One transaction: from its commit on no promise can hold the pack, and what holds it already is
    promised to be moved off. A pack set apart before stays so: for safety from now on if that is
    the cause now, and a release asked for until then has to be asked for again.

    Raises
    ------
    PackMoveRefusedError
        `unknown_pack`.
    """
    with transaction.atomic(), told(by=custody.by, why=custody.reason):
        if not Pack.objects.select_for_update(no_key=True).filter(pk=pack_id).exists():
            raise PackMoveRefusedError("unknown_pack", "There is no such pack.")
        standing = _open(pack_id).first()
        if standing:
            if is_safety:
                _open(pack_id).update(is_safety=True, asked_at=None, asked_by=None, asked_reason="")
            return False
        begun = PackQuarantine.objects.create(
            pack_id=pack_id,
            is_safety=is_safety,
            reason=custody.reason[:200],
            begun_at=custody.at,
            begun_by=custody.by,
        )
        promise_job(name=BREAK_HOLDS_TASK, key=str(begun.pk), pack_id=pack_id)
    return True


def ask_release(pack_id: int, *, custody: Custody) -> PackQuarantine:
    """Ask for a pack to be let go; one that was not set apart for safety goes at once.

    Raises
    ------
    PackMoveRefusedError
        `not_quarantined`, `release_asked_already`, `needs_a_person`.
    """
    by = _person(custody)
    with transaction.atomic(), told(by=by, why=custody.reason):
        quarantine = _locked(pack_id)
        if quarantine.is_safety and quarantine.asked_by_id:
            raise PackMoveRefusedError(
                "release_asked_already", f"{quarantine.asked_by} has asked already: confirm it."
            )
        quarantine.asked_by, quarantine.asked_at = by, custody.at
        quarantine.asked_reason = custody.reason[:200]
        if not quarantine.is_safety:
            quarantine.released_by, quarantine.released_at = by, custody.at
        quarantine.save()
    return quarantine


def confirm_release(pack_id: int, *, custody: Custody) -> PackQuarantine:
    """Let a pack go whose release somebody else asked for; the database knows the two apart.

    Raises
    ------
    PackMoveRefusedError
        `not_quarantined`, `release_not_asked`, `same_person`, `needs_a_person`.
    """
    by = _person(custody)
    with transaction.atomic(), told(by=by, why=custody.reason):
        quarantine = _locked(pack_id)
        if quarantine.asked_by_id is None:
            raise PackMoveRefusedError("release_not_asked", "Nobody has asked for the release yet.")
        if quarantine.asked_by_id == by.pk:
            raise PackMoveRefusedError(
                "same_person", "Another person than the one who asked has to confirm."
            )
        quarantine.released_by, quarantine.released_at = by, custody.at
        quarantine.save()
    return quarantine


def refuse_release(pack_id: int, *, custody: Custody) -> PackQuarantine:
    """Take back or turn down a release that was asked for: the pack stays set apart.

    Raises
    ------
    PackMoveRefusedError
        `not_quarantined`, `release_not_asked`, `needs_a_person`.
    """
    by = _person(custody)
    with transaction.atomic(), told(by=by, why=custody.reason):
        quarantine = _locked(pack_id)
        if quarantine.asked_by_id is None:
            raise PackMoveRefusedError("release_not_asked", "Nobody has asked for the release yet.")
        quarantine.asked_by, quarantine.asked_at, quarantine.asked_reason = None, None, ""
        quarantine.save()
    return quarantine


def standing_quarantines(pack_ids: list[int]) -> dict[int, PackQuarantine]:
    """Return the quarantines that stand, by pack."""
    rows = PackQuarantine.objects.filter(pack__in=pack_ids, released_at=None)
    return {row.pack_id: row for row in rows.select_related("asked_by")}


def last_begun(pack_id: int) -> datetime | None:
    """Return when a pack was last set apart."""
    return PackQuarantine.objects.filter(pack=pack_id).values_list("begun_at", flat=True).first()


def _open(pack_id: int) -> QuerySet[PackQuarantine]:
    return PackQuarantine.objects.filter(pack=pack_id, released_at=None)


def _locked(pack_id: int) -> PackQuarantine:
    # The pack first, as whoever sets it apart does.
    Pack.objects.select_for_update(no_key=True).filter(pk=pack_id).first()
    quarantine = _open(pack_id).select_for_update(of=("self",)).first()
    if quarantine is None:
        raise PackMoveRefusedError("not_quarantined", "The pack is not quarantined.")
    return quarantine


def _person(custody: Custody) -> User:
    if custody.by is None:
        raise PackMoveRefusedError("needs_a_person", "A person has to answer for the release.")
    return custody.by
