"""What breaks each rule of what was reported."""

from datetime import timedelta
from uuid import UUID

from fleet.models import Slot
from telematics.models import (
    Alarm,
    AlarmRule,
    AlarmStorm,
    Boot,
    DeviceKey,
    DeviceQuarantine,
    Downlink,
    Gap,
    OddReport,
    RetroEvent,
    SlotReading,
    StationEvent,
    TruckDrive,
    TruckStop,
)
from telematics.services.keys import make_key
from tests.builders import (
    NOW,
    make_alarm_rule,
    make_device,
    make_region,
    make_station,
    make_truck,
    make_truck_day,
)
from tests.integration.rules.rule import Rule, change, twin


def _alarm() -> Alarm:
    return Alarm.objects.create(
        kind="silent_truck", truck=make_truck(), detail="silent", opened_at=NOW
    )


def _rule() -> AlarmRule:
    return make_alarm_rule(comparison="above", threshold=55, clear_at=50)


def _storm() -> AlarmStorm:
    return AlarmStorm.objects.create(kind="silent_truck", region=make_region(), opened_at=NOW)


def _downlink() -> Downlink:
    return Downlink.objects.create(truck=make_truck(), kind="assignment", body={}, created_at=NOW)


def _key() -> DeviceKey:
    make_key(device := make_device(), now=NOW)
    return DeviceKey.objects.get(device=device)


def _odd() -> OddReport:
    return OddReport.objects.create(
        truck=make_truck(), recorded_at=NOW, seq=1, received_at=NOW, reason="early", body={}
    )


def _reading() -> SlotReading:
    slot = Slot.objects.get(station=make_station(slots=1))
    return SlotReading.objects.create(slot=slot, recorded_at=NOW, received_at=NOW)


def _gap() -> Gap:
    boot = _boot()
    return Gap.objects.create(truck_id=boot.truck_id, boot=boot, from_seq=2, to_seq=3, found_at=NOW)


def _retro() -> RetroEvent:
    at = {"began_at": NOW, "ended_at": NOW, "found_at": NOW}
    return RetroEvent.objects.create(truck=make_truck(), rule=make_alarm_rule(), level=1, **at)


def _event() -> StationEvent:
    return StationEvent.objects.create(
        station=make_station(),
        event_id=UUID(int=1),
        kind="swap",
        received_at=NOW,
        body={},
        status=200,
        answer={},
    )


def _boot() -> Boot:
    times = dict.fromkeys(("first_recorded_at", "last_recorded_at", "last_received_at"), NOW)
    return Boot.objects.create(truck=make_truck(), boot_id="b", seqs="{[1,2]}", **times)


def _part(model: type[TruckDrive] | type[TruckStop]) -> TruckDrive | TruckStop:
    times = {"started_at", "ended_at"}
    names = {f.name for f in model._meta.fields} - {"id", "truck", "day", *times}
    values = {**dict.fromkeys(names, 0), **dict.fromkeys(times, NOW)}
    return model._default_manager.create(truck=make_truck(), day=NOW.date(), **values)


def _quarantine() -> DeviceQuarantine:
    return DeviceQuarantine.objects.create(device=make_device(), begun_at=NOW)


TELEMATICS = [
    Rule(
        "telematics_device_is_quarantined_once",
        "telematics_devicequarantine",
        lambda: twin(_quarantine()),
    ),
    Rule(
        "telematics_boot_is_known_once",
        "telematics_boot",
        lambda: twin(_boot(), last_recorded_at=NOW + timedelta(days=1)),
    ),
    Rule(
        "telematics_truck_day_is_derived_once",
        "telematics_truckday",
        lambda: twin(make_truck_day(make_truck())),
    ),
    Rule(
        "telematics_drive_is_derived_once",
        "telematics_truckdrive",
        lambda: twin(_part(TruckDrive), distance_km=5.0),
    ),
    Rule(
        "telematics_stop_is_derived_once",
        "telematics_truckstop",
        lambda: twin(_part(TruckStop), swaps=1),
    ),
    Rule("telematics_gap_is_known_once", "telematics_gap", lambda: twin(_gap())),
    Rule("telematics_gap_is_not_empty", "telematics_gap", lambda: change(_gap(), to_seq=1)),
    Rule(
        "telematics_gap_is_open_or_ended",
        "telematics_gap",
        lambda: change(_gap(), state="given_up"),
    ),
    Rule("telematics_retro_event_is_found_once", "telematics_retroevent", lambda: twin(_retro())),
    Rule(
        "telematics_retro_event_ends_after_it_began",
        "telematics_retroevent",
        lambda: change(_retro(), ended_at=NOW - timedelta(seconds=1)),
    ),
    Rule("telematics_alarm_is_open_once", "telematics_alarm", lambda: twin(_alarm())),
    Rule(
        "telematics_alarm_rule_code_is_unique",
        "telematics_alarmrule",
        lambda: twin(_rule(), bit=62),
    ),
    Rule(
        "telematics_alarm_rule_has_its_own_bit",
        "telematics_alarmrule",
        lambda: twin(_rule(), code="another"),
    ),
    Rule(
        "telematics_alarm_rule_bit_fits_the_mask",
        "telematics_alarmrule",
        lambda: change(_rule(), bit=63),
    ),
    Rule(
        "telematics_alarm_rule_level_is_known",
        "telematics_alarmrule",
        lambda: change(_rule(), level=5),
    ),
    Rule(
        "telematics_alarm_rule_clears_on_the_good_side",
        "telematics_alarmrule",
        lambda: change(_rule(), clear_at=56),
    ),
    Rule(
        "telematics_alarm_rule_rings_what_rules_ring",
        "telematics_alarmrule",
        lambda: change(_rule(), kind="planner"),
    ),
    Rule("telematics_storm_is_open_once", "telematics_alarmstorm", lambda: twin(_storm())),
    Rule(
        "telematics_storm_is_over_one_place",
        "telematics_alarmstorm",
        lambda: change(_storm(), station_id=make_station().pk),
    ),
    Rule("telematics_one_assignment_rides_down", "telematics_downlink", lambda: twin(_downlink())),
    Rule(
        "telematics_device_speaks_for_one_thing",
        "telematics_device",
        lambda: change(make_device(), station_id=make_station().pk),
    ),
    Rule(
        "telematics_truck_has_one_active_obu",
        "telematics_device",
        lambda: twin(make_device(), serial="another"),
    ),
    Rule(
        "telematics_device_has_two_live_keys_at_most",
        "telematics_devicekey",
        lambda: twin(_key(), key_sha256=b"another"),
    ),
    Rule(
        "telematics_device_key_is_first_or_second",
        "telematics_devicekey",
        lambda: change(_key(), ordinal=3),
    ),
    Rule("telematics_odd_report_is_kept_once", "telematics_oddreport", lambda: twin(_odd())),
    Rule(
        "telematics_slot_reading_is_kept_once",
        "telematics_slotreading",
        lambda: twin(_reading(), soc_percent=50.0),
    ),
    Rule(
        "telematics_station_event_happens_once",
        "telematics_stationevent",
        lambda: twin(_event(), kind="check_in"),
    ),
]
