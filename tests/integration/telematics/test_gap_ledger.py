"""What is missing is known exactly, whatever came, however often, in whatever order."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from telematics.ingest.answer import Hole
from telematics.models import Boot
from telematics.selectors.ledger import Run, ledger_of, silences_of
from tests.builders import NOW, make_truck
from tests.keeping import keep, make_keeper, said

type Number = tuple[str, int]
MANY = 2**63 - 1
numbers = st.tuples(
    st.sampled_from(["", "b1", "b2"]),
    st.one_of(st.integers(0, 40), st.sampled_from([100, 10**12, 2**62, MANY - 2, MANY - 1])),
)


def holes_in(came: Iterable[int]) -> list[Run]:
    """Return the holes of a set of numbers: first, and the one behind the last."""
    order = sorted(set(came))
    return [(low + 1, high) for low, high in pairwise(order) if high > low + 1]


def planted(came: Iterable[Number]) -> dict[str, tuple[int, list[Run]]]:
    """Return by boot how many numbers came, and which holes there are."""
    boots: dict[str, set[int]] = {}
    for boot_id, seq in came:
        boots.setdefault(boot_id, set()).add(seq)
    return {boot_id: (len(seqs), holes_in(seqs)) for boot_id, seqs in boots.items()}


def asked_for(truth: dict[str, tuple[int, list[Run]]], parcel: Iterable[Number]) -> list[Hole]:
    """Return the first eight holes of each boot that a parcel is of."""
    return [
        Hole(boot_id, low, high - 1)
        for boot_id in {boot_id for boot_id, _ in parcel} - {""}
        for low, high in truth[boot_id][1][:8]
    ]


def at_second(boot_id: str, seq: int) -> datetime:
    """Return when a number was measured: another instant for each boot."""
    return NOW - timedelta(seconds=3 * (seq % 10_007) + ["", "b1", "b2"].index(boot_id))


def told(truck_id: int) -> dict[str, tuple[int, list[Run]]]:
    """Return the same from the ledger."""
    ledgers = [ledger_of(boot) for boot in Boot.objects.filter(truck=truck_id)]
    return {each.boot.boot_id: (each.received, list(each.missing)) for each in ledgers}


class LedgerIsThePlantedTruth(TestCase):
    @given(st.lists(numbers, min_size=1, max_size=40), st.data())
    def test_any_subset_order_repetition_parcels_and_processes(
        self, came: list[Number], data: st.DataObject
    ) -> None:
        truck = make_truck()
        keepers = [make_keeper(), make_keeper()]
        reports = [said(at_second(boot_id, seq), seq, boot_id=boot_id) for boot_id, seq in came]
        cuts = sorted(data.draw(st.lists(st.integers(0, len(came)), max_size=4)))
        for first, end in zip([0, *cuts], [*cuts, len(came)], strict=True):
            if not reports[first:end]:
                continue
            answer = keep(data.draw(st.sampled_from(keepers)), truck.pk, reports[first:end])
            asked = asked_for(planted(came[:end]), came[first:end])
            assert set(answer.resend) <= set(asked)
            assert len(answer.resend) == min(8, len(asked))
        assert told(truck.pk) == planted(came)


@pytest.fixture
def swept_history(transactional_db: None) -> Iterator[None]:
    """Leave no report behind: the history is no table that a flush empties."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM telematics_truckreport")


@pytest.mark.usefixtures("swept_history")
def test_several_processes_at_once_lose_no_number() -> None:
    truck = make_truck()
    random = Random(7)  # noqa: S311  a seeded test
    came = [(boot_id, seq) for boot_id in ("b1", "b2") for seq in range(400)]
    came = random.sample(came, 500)
    parts = [random.sample(came, len(came))[:350] for _ in range(4)]

    def send(part: list[Number]) -> None:
        try:
            keeper = make_keeper()
            for first in range(0, len(part), 25):
                some = [
                    said(at_second(boot_id, seq), seq, boot_id=boot_id)
                    for boot_id, seq in part[first : first + 25]
                ]
                keep(keeper, truck.pk, some)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, parts))
    assert told(truck.pk) == planted({each for part in parts for each in part})


@pytest.mark.django_db
def test_silence_is_what_lies_between_reports_by_their_own_time() -> None:
    truck, keeper = make_truck(), make_keeper()
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    start = NOW - 6 * hour
    keep(keeper, truck.pk, [said(start + 5 * minute), said(NOW - minute, 2)])
    silent = [(start + 5 * minute, NOW - minute)]
    assert silences_of(truck.pk, since=start, until=NOW) == silent
    keep(keeper, truck.pk, [said(start + hour, 3)])
    assert silences_of(truck.pk, since=start, until=NOW, longer=hour) == [
        (start + hour, NOW - minute)
    ]
    assert silences_of(make_truck().pk, since=start, until=NOW) == [(start, NOW)]


@pytest.mark.django_db(transaction=True)
def test_a_start_that_was_swept_and_came_back_elsewhere_is_known_under_its_new_id() -> None:
    truck, here, elsewhere = make_truck(), make_keeper(), make_keeper()
    keep(here, truck.pk, [said()])
    Boot.objects.all().delete()  # as the sweep does after the retention
    keep(elsewhere, truck.pk, [said(NOW + timedelta(seconds=1), 2)])
    answer = keep(here, truck.pk, [said(NOW + timedelta(seconds=2), 3)])
    assert [verdict.verdict for verdict in answer.verdicts] == ["stored"]
    assert told(truck.pk) == {"b1": (2, [])}
