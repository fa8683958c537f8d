from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from telematics.ingest.submission import Submission
from telematics.models import Device, Downlink, Mark, OddReport, TruckReport
from telematics.protocols.datum import wgs84_to_gcj02
from tests.builders import NOW, bearer, make_device, make_operator, make_truck
from tests.keeping import keep, make_keeper, said
from tests.obu import post, problem, report, state_of, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


def test_one_report_is_kept_and_moves_the_live_state() -> None:
    device = make_device()
    sent = report(
        seq=17,
        boot_id="b1",
        heading_deg=181,
        altitude_m=12,
        odometer_km=81234.5,
        pack_temperature_c=31,
        ambient_temperature_c=-4,
        gross_mass_kg=47800,
        cell_spread_mv=35,
        insulation_kohm=2400,
        pack_codes=["TSTPB01A000000G3A0000123", "TSTPB01A000000G3A0000124"],
        alarm_level=1,
    )
    answer = post(device, sent)
    assert answer.json() == {
        "server_time": "2026-11-21T08:00:00Z",
        "verdicts": [
            {
                "index": 0,
                "verdict": "stored",
                "recorded_at": "2026-11-21T08:00:00Z",
                "seq": 17,
                "marks": [],
            }
        ],
        "assignment": None,
        "messages": [],
        "resend": [],
    }
    kept = TruckReport.objects.get()
    for row in (kept, state_of(device)):
        assert row.truck_id == device.truck_id
        assert row.received_at == NOW
        assert row.source_datum == "wgs84"
        for name in set(sent) - {"recorded_at", "boot_id"}:
            assert getattr(row, name) == sent[name], name
    assert kept.boot.boot_id == state_of(device).boot_id == "b1"


def test_a_batch_gets_a_verdict_each_and_the_newest_is_live() -> None:
    device = make_device()
    answer = post(device, [report(1, 30, soc_percent=50), report(3, 10), report(2, 20)])
    assert verdicts(answer) == ["stored"] * 3
    assert [each["seq"] for each in answer.json()["verdicts"]] == [1, 3, 2]
    assert state_of(device).seq == 3


def test_a_report_sent_again_is_a_duplicate_and_changes_nothing() -> None:
    device = make_device()
    assert verdicts(post(device, report(soc_percent=48))) == ["stored"]
    assert verdicts(post(device, [report(soc_percent=90), report(2)])) == ["duplicate", "stored"]
    assert TruckReport.objects.get(seq=1).soc_percent == 48
    assert TruckReport.objects.count() == 2


def test_of_requests_kept_together_each_is_told_of_its_own_reports() -> None:
    keeper, (one, two, three) = make_keeper(), (make_truck().pk for _ in range(3))
    keep(keeper, two, [said(seq=2)])
    answers, _ = keeper.keep(
        [
            Submission(one, "wgs84", [said(seq=1), said(seq=2)], NOW),
            Submission(two, "wgs84", [said(seq=3), said(seq=2), said(seq=1)], NOW),
            Submission(three, "wgs84", [said(seq=2)], NOW),
        ]
    )
    told = [[verdict.verdict for verdict in answer.verdicts] for answer in answers]
    assert told == [["stored"] * 2, ["stored", "duplicate", "late"], ["stored"]]


def test_no_packs_are_another_thing_than_packs_not_named() -> None:
    device = make_device()
    assert verdicts(post(device, [report(1, pack_codes=[]), report(2)])) == ["stored"] * 2
    kept = TruckReport.objects.order_by("seq").values_list("pack_set__codes", flat=True)
    assert list(kept) == [[], None]


def test_the_first_of_equal_reports_in_a_batch_counts() -> None:
    device = make_device()
    answer = post(device, [report(soc_percent=48), report(soc_percent=50)])
    assert verdicts(answer) == ["stored", "duplicate"]
    assert TruckReport.objects.get().soc_percent == state_of(device).soc_percent == 48


def test_a_late_report_fills_history_and_leaves_the_live_state() -> None:
    device = make_device()
    post(device, report(9, 0))
    answer = post(device, report(4, 600, soc_percent=70))
    assert verdicts(answer) == ["late"]
    assert answer.json()["verdicts"][0]["marks"] == ["late"]
    assert state_of(device).seq == 9
    assert TruckReport.objects.get(seq=4).marks == Mark.LATE


def test_of_two_reports_of_one_instant_the_higher_number_is_live() -> None:
    device = make_device()
    post(device, report(2, soc_percent=40))
    assert verdicts(post(device, report(1, soc_percent=41))) == ["late"]
    assert verdicts(post(device, report(3, soc_percent=39))) == ["stored"]
    assert state_of(device).soc_percent == 39


def test_a_clock_set_back_within_a_boot_is_marked() -> None:
    device = make_device()
    post(device, report(5, 0, boot_id="b1"))
    answer = post(device, [report(6, 60, boot_id="b1"), report(6, 90, boot_id="b2")])
    marks = [each["marks"] for each in answer.json()["verdicts"]]
    assert marks == [["late", "clock_behind"], ["late"]]


@pytest.mark.parametrize(("ahead_s", "moves"), [(60, True), (61, False), (86_400, False)])
def test_more_than_a_minute_ahead_is_kept_and_marked_but_not_live(
    ahead_s: int, moves: bool
) -> None:
    device = make_device()
    answer = post(device, [report(1, 0), report(2, -ahead_s)])
    assert verdicts(answer) == ["stored", "stored"]
    assert answer.json()["verdicts"][1]["marks"] == ([] if moves else ["clock_ahead"])
    assert state_of(device).seq == (2 if moves else 1)
    assert TruckReport.objects.count() == 2


def test_what_has_no_place_in_history_is_kept_apart_under_the_same_key() -> None:
    device = make_device()
    kept_days = settings.REPORT_RETENTION_DAYS
    ahead, old = report(1, -86_401), report(2, kept_days * 86_400 + 1, boot_id="b1")
    answer = post(device, [ahead, old, report(3, kept_days * 86_400)])
    assert verdicts(answer) == ["odd", "odd", "stored"]
    assert [each.get("code") for each in answer.json()["verdicts"]] == [
        "more_than_a_day_ahead",
        "outside_retention",
        None,
    ]
    assert [row.reason for row in OddReport.objects.order_by("seq")] == [
        "more_than_a_day_ahead",
        "outside_retention",
    ]
    body = OddReport.objects.get(seq=2).body
    assert (body["boot_id"], body["soc_percent"], body["latitude_deg"]) == ("b1", 48.0, 39.21)
    assert TruckReport.objects.count() == 1
    assert verdicts(post(device, [ahead, old])) == ["duplicate", "duplicate"]
    assert OddReport.objects.count() == 2


@pytest.mark.parametrize("stamp", ["1970-01-01T00:00:00Z", "0001-01-02T00:00:00Z"])
def test_a_clock_without_a_battery_loses_nothing(stamp: str) -> None:
    device = make_device()
    assert verdicts(post(device, report(recorded_at=stamp))) == ["odd"]
    assert OddReport.objects.get().recorded_at.year < 2000


def test_times_are_told_apart_by_the_instant_not_by_the_text() -> None:
    device = make_device()
    answer = post(
        device,
        [
            report(recorded_at="2026-11-21T16:00:00+08:00"),
            report(recorded_at="2026-11-21T08:00:00Z"),
        ],
    )
    assert verdicts(answer) == ["stored", "duplicate"]


def test_positions_in_gcj02_are_stored_in_wgs84_with_their_source() -> None:
    shifted = wgs84_to_gcj02(39.21, 119.02)
    fields: dict[str, Any] = {"latitude_deg": shifted[0], "longitude_deg": shifted[1]}
    by_report, by_device = make_device(), make_device(datum=Device.Datum.GCJ02)
    post(by_report, report(datum="gcj02", **fields))
    post(by_device, [report(1, 10, **fields), report(2, datum="wgs84")])
    for kept in (TruckReport.objects.get(truck=by_report.truck), state_of(by_report)):
        assert kept.source_datum == "gcj02"
        assert kept.latitude_deg == pytest.approx(39.21, abs=1e-7)
        assert kept.longitude_deg == pytest.approx(119.02, abs=1e-7)
    first, second = TruckReport.objects.filter(truck=by_device.truck).order_by("seq")
    assert (first.source_datum, second.source_datum) == ("gcj02", "wgs84")
    assert first.latitude_deg == pytest.approx(39.21, abs=1e-7)


@pytest.mark.parametrize(
    ("fields", "mark"),
    [
        ({"latitude_deg": 0.0, "longitude_deg": 0.0}, "implausible_position"),
        ({"latitude_deg": 39.31}, "implausible_position"),
        ({"speed_kmh": 161}, "implausible_speed"),
        ({"soc_percent": 55}, "implausible_charge"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_implausible_values_are_marked_and_kept(
    fields: dict[str, Any], mark: str, at_once: bool
) -> None:
    device = make_device()
    first, second = report(1, 60), report(2, 0, **fields)
    if not at_once:
        post(device, first)
    answer = post(device, [first, second])
    assert answer.json()["verdicts"][1]["marks"] == [mark]
    kept = TruckReport.objects.get(seq=2)
    assert kept.marks == Mark[mark.upper()]
    # A position that is none moves nothing; a strange one is shown with its mark.
    assert state_of(device).seq == (1 if fields.get("latitude_deg") == 0 else 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"speed_kmh": 0, "soc_percent": 100},
        {"pack_codes": ["B"], "soc_percent": 100},
        {"latitude_deg": 39.2145},
    ],
)
def test_a_swap_and_a_short_hop_are_plausible(fields: dict[str, Any]) -> None:
    device = make_device()
    answer = post(device, [report(1, 60, pack_codes=["A"]), report(2, 0, **fields)])
    assert answer.json()["verdicts"][1]["marks"] == []


BAD = [
    ({"soc_percent": 101}, "out_of_range", ".soc_percent"),
    ({"latitude_deg": -91}, "out_of_range", ".latitude_deg"),
    ({"soc_percent": "48"}, "wrong_type", ".soc_percent"),
    ({"seq": 2**63}, "out_of_range", ".seq"),
    ({"seq": 1.5}, "wrong_type", ".seq"),
    ({"recorded_at": "yesterday"}, "bad_time", ".recorded_at"),
    ({"recorded_at": "2026-11-21T08:00:00"}, "bad_time", ".recorded_at"),
    ({"recorded_at": "0001-01-01T00:00:00+08:00"}, "bad_time", ""),
    ({"boot_id": "a\x00b"}, "invalid", ".boot_id"),
    ({"pack_codes": ["A", "a,b"]}, "invalid", ".pack_codes[1]"),
    ({"datum": "bd09"}, "invalid", ".datum"),
]


@pytest.mark.parametrize(("fields", "code", "path"), BAD)
def test_a_bad_report_is_refused_with_code_and_path_and_sinks_no_other(
    fields: dict[str, Any], code: str, path: str
) -> None:
    device = make_device()
    answer = post(device, [report(1, 10), {**report(2), **fields}, report(3)])
    assert verdicts(answer) == ["stored", "refused", "stored"]
    refused = answer.json()["verdicts"][1]
    assert (refused["code"], refused["path"]) == (code, f"$[1]{path}")
    assert refused["detail"].endswith(".")
    assert TruckReport.objects.count() == 2
    alone = post(device, {**report(2), **fields}).json()["verdicts"][0]
    assert (alone["code"], alone["path"]) == (code, f"${path}")


def test_a_missing_field_and_what_is_no_report_are_refused_by_path() -> None:
    device = make_device()
    lacking = report(1)
    del lacking["soc_percent"]
    answer = post(device, [lacking, 5, None, report(4)])
    refused = [(e.get("code"), e.get("path")) for e in answer.json()["verdicts"]]
    assert refused == [
        ("missing", "$[0].soc_percent"),
        ("wrong_type", "$[1]"),
        ("wrong_type", "$[2]"),
        (None, None),
    ]


def test_unknown_fields_are_left_unread() -> None:
    assert verdicts(post(make_device(), report(cab_mood="\x00"))) == ["stored"]


def test_the_answer_carries_the_waiting_assignment_and_messages() -> None:
    device = make_device()
    offer = {"id": 12, "version": 3, "state": "offered"}
    ride = {"truck": device.truck, "created_at": NOW}
    sent = Downlink.objects.create(kind="assignment", body=offer, **ride)
    text = Downlink.objects.create(kind="message", body={"text": "Ice at km 12"}, **ride)
    Downlink.objects.create(kind="message", body={"text": "old"}, expires_at=NOW, **ride)
    Downlink.objects.create(
        kind="message", body={"text": "not yours"}, truck=make_truck(), created_at=NOW
    )
    for seq in (1, 2):
        answer = post(device, report(seq)).json()
        assert answer["assignment"] == {**offer, "server_time": NOW.isoformat()}
        assert answer["messages"] == [{"id": text.pk, "text": "Ice at km 12"}]
    sent.refresh_from_db()
    assert sent.fetched_at == NOW
    Downlink.objects.filter(pk=text.pk).update(fetched_at=NOW - timedelta(minutes=3))
    assert post(device, report(3)).json()["messages"] == []


def test_the_assignment_can_be_asked_for() -> None:
    device = make_device()
    headers = bearer(device)
    assert Client().get("/api/v1/obu/assignment", headers=headers).status_code == 204
    ride = {"truck": device.truck, "created_at": NOW}
    Downlink.objects.create(kind="assignment", body={"id": 12}, **ride)
    text = Downlink.objects.create(kind="message", body={"text": "hello"}, **ride)
    answer = Client().get("/api/v1/obu/assignment", headers=headers)
    assert (answer.status_code, answer.json()["id"]) == (200, 12)
    text.refresh_from_db()
    assert text.fetched_at is None, "only an answer that carries it fetches it"
    problem(Client().get("/api/v1/obu/assignment"), 401, "no_key")
    office = bearer(make_device(carrier=make_operator()))
    answer = Client().get("/api/v1/obu/assignment", headers=office)
    problem(answer, 401, "wrong_kind_of_key")
