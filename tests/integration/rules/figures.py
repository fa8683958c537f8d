"""What breaks each rule of what is measured, learnt and summed up."""

from dispatch.models import (
    FairnessEntry,
    MeasuredSpread,
    StationQuarter,
    StockOut,
    SummarySending,
    TruckConsumption,
)
from tests.builders import (
    NOW,
    make_assignment,
    make_fairness_entry,
    make_operator,
    make_outcome,
    make_pack_type,
    make_region,
    make_station,
    make_subscription,
    make_truck,
    since,
)
from tests.integration.rules.rule import Rule, Statement, change, twin


def _sending() -> SummarySending:
    return SummarySending.objects.create(
        subscription=make_subscription(make_operator()),
        first=NOW.date(),
        message_id="<1@x>",
        promised_at=NOW,
    )


def _consumption() -> TruckConsumption:
    return TruckConsumption.objects.create(truck=make_truck())


def _spread() -> MeasuredSpread:
    return MeasuredSpread.objects.create(
        kind="came", region=make_region(), samples=1, points=[0.9], measured_at=NOW
    )


def _quarter() -> StationQuarter:
    return StationQuarter.objects.create(station=make_station(), starts_at=NOW, energy_wh=1)


def _stock_out() -> StockOut:
    return StockOut.objects.create(
        station=make_station(), pack_type=make_pack_type(), during=since(NOW)
    )


def _entry() -> FairnessEntry:
    return make_fairness_entry(make_assignment(), make_operator())


def _lost(**minutes: float) -> Statement:
    """Return an entry like another, of another swap, with other minutes."""
    return twin(_entry(), assignment_id=make_assignment().pk, **minutes)


FIGURES = [
    Rule(
        "dispatch_summary_is_of_one_subject",
        "dispatch_summarysubscription",
        lambda: change(make_subscription(make_operator()), station_id=make_station().pk),
    ),
    Rule(
        "dispatch_summary_has_a_known_kind",
        "dispatch_summarysubscription",
        lambda: change(make_subscription(make_operator()), kind="year"),
    ),
    Rule(
        "dispatch_summary_is_sent_once",
        "dispatch_summarysending",
        lambda: twin(_sending(), message_id="<2@x>"),
    ),
    Rule(
        "dispatch_summary_is_sent_at_some_time",
        "dispatch_summarysending",
        lambda: change(_sending(), state="sent"),
    ),
    Rule(
        "dispatch_consumption_has_every_part",
        "dispatch_truckconsumption",
        lambda: change(_consumption(), mean=[1.0]),
    ),
    Rule(
        "dispatch_consumption_spread_is_a_share",
        "dispatch_truckconsumption",
        lambda: change(_consumption(), leg_sd=0.0),
    ),
    Rule(
        "dispatch_outcome_was_told_a_probability",
        "dispatch_promiseoutcome",
        lambda: change(make_outcome(make_assignment()), probability=1.1),
    ),
    Rule("dispatch_quarter_is_counted_once", "dispatch_stationquarter", lambda: twin(_quarter())),
    Rule("dispatch_stock_out_is_open_once", "dispatch_stockout", lambda: twin(_stock_out())),
    Rule("dispatch_spread_is_measured_once", "dispatch_measuredspread", lambda: twin(_spread())),
    Rule(
        "dispatch_spread_is_of_a_known_kind",
        "dispatch_measuredspread",
        lambda: change(_spread(), kind="x"),
    ),
    Rule(
        "dispatch_nobody_loses_less_than_nothing",
        "dispatch_fairnessentry",
        lambda: _lost(waited_min=-1.0, excess_min=-4.0),
    ),
    Rule(
        "dispatch_fairness_entry_adds_up",
        "dispatch_fairnessentry",
        lambda: _lost(excess_min=9.0),
    ),
    Rule(
        "dispatch_fairness_entry_has_a_known_reason",
        "dispatch_fairnessentry",
        lambda: twin(_entry(), assignment_id=make_assignment().pk, reason="x"),
    ),
    Rule(
        "ledger_is_append_only",
        "dispatch_fairnessentry",
        lambda: change(_entry(), reason="spared"),
        "ledger_is_append_only",
        "Cannot update or delete",
    ),
]
