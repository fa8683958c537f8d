"""Reports may come in any order, in any parcels, and as often as the line wants."""

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from telematics.ingest.decode import Report
from telematics.ingest.judge import Before, judge
from telematics.ingest.keep import Keeper
from telematics.ingest.rules import RuleBook
from telematics.ingest.submission import Submission
from telematics.models import OddReport, TruckReport, TruckState
from telematics.services.lines import own_connection
from tests.builders import NOW, make_truck

DAY_S = 86_400
# Now and then a minute ahead, two days ahead, a year old; mostly close together, often the same.
ages_s = st.one_of(
    st.integers(0, 40), st.sampled_from([-30, -60, -61, -3600, -2 * DAY_S, 365 * DAY_S, 91 * DAY_S])
)
reports = st.builds(
    Report,
    recorded_at=ages_s.map(lambda age_s: NOW - timedelta(seconds=age_s)),
    seq=st.integers(0, 3),
    boot_id=st.sampled_from(["", "b1", "b2"]),
    latitude_deg=st.sampled_from([39.0, 39.001, 41.0, 0.0]),
    longitude_deg=st.sampled_from([118.0, 118.001, 0.0]),
    speed_kmh=st.sampled_from([0.0, 60.0, 200.0]),
    soc_percent=st.sampled_from([20.0, 21.0, 80.0]),
    pack_codes=st.sampled_from([None, ["A"], ["A", "B"]]),
)
batches = st.lists(reports, min_size=1, max_size=12, unique_by=lambda r: (r.recorded_at, r.seq))

HISTORY = [f.name for f in TruckReport._meta.concrete_fields if f.name not in {"truck", "marks"}]
HISTORY[HISTORY.index("boot")] = "boot__boot_id"
# What is breached after a report depends on what was, so it tells of the arrival as marks do.
ARRIVAL = {"truck", "marks", "breaches"}
LIVE = [f.name for f in TruckState._meta.concrete_fields if f.name not in ARRIVAL]


def kept(truck_id: int) -> tuple[list[Any], list[Any], list[Any]]:
    """Return history, odd reports and live state but for the marks, which tell of the arrival."""
    mine = {"truck_id": truck_id}
    return (
        list(
            TruckReport.objects.filter(**mine).order_by("recorded_at", "seq").values_list(*HISTORY)
        ),
        list(OddReport.objects.filter(**mine).order_by("recorded_at", "seq").values_list("body")),
        list(TruckState.objects.filter(**mine).values_list(*LIVE)),
    )


class AnyOrderEndsInTheSame(TestCase):
    @given(batches, st.data())
    def test_history_and_live_state(self, batch: list[Report], data: st.DataObject) -> None:
        def send(truck: Any, *parcels: list[Report]) -> list[str]:
            keeper = Keeper(own_connection(), RuleBook(), timedelta(days=90))
            sent = [Submission(truck.pk, "wgs84", parcel, NOW) for parcel in parcels]
            answers = keeper.keep(sent)[0] if at_once else [keeper.keep([e])[0][0] for e in sent]
            return [each.verdict for answer in answers for each in answer.verdicts]

        at_once = data.draw(st.booleans())
        in_order, any_order = make_truck(), make_truck()
        said = send(in_order, batch)
        assert "duplicate" not in said
        shuffled = data.draw(st.permutations(batch + data.draw(st.lists(st.sampled_from(batch)))))
        cut = data.draw(st.integers(0, len(shuffled)))
        parcels = [parcel for parcel in (shuffled[:cut], shuffled[cut:]) if parcel]
        again = send(any_order, *parcels)

        assert kept(in_order.pk) == kept(any_order.pk)
        assert again.count("duplicate") == len(shuffled) - len(batch)
        assert set(send(any_order, batch)) == {"duplicate"}
        assert kept(in_order.pk) == kept(any_order.pk)
        history, odd, _ = kept(in_order.pk)
        assert len(history) + len(odd) == len(batch), "nothing is lost"


befores = reports.map(
    lambda r: Before(
        r.recorded_at,
        r.seq,
        r.boot_id,
        r.latitude_deg,
        r.longitude_deg,
        r.speed_kmh,
        r.soc_percent,
        None,
    )
)


@given(batches, st.one_of(st.none(), befores))
def test_in_parcels_marks_are_as_at_once(batch: list[Report], live: Before | None) -> None:
    batch.sort(key=lambda report: report.key)
    at_once = judge(batch, live=live, now=NOW)
    cut = next(
        (i for i, report in enumerate(batch) if live is None or report.key > live.when), len(batch)
    )
    assert judge(batch[:cut], live=live, now=NOW) == at_once[:cut], "the future changes nothing"


def test_a_report_survives_the_way_to_json_and_back() -> None:
    report = Report(
        recorded_at=NOW,
        seq=1,
        latitude_deg=39.0,
        longitude_deg=118.0,
        speed_kmh=1.0,
        soc_percent=50.0,
    )
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
