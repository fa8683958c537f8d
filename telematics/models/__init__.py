from telematics.models.alarm import Alarm, Downlink, RouteNeed
from telematics.models.alarm_rule import AlarmRule
from telematics.models.alarm_storm import AlarmStorm
from telematics.models.device import Device, DeviceKey, KeyChange, SignedSequence
from telematics.models.report import (
    Boot,
    Breach,
    DirtyDay,
    Mark,
    OddReport,
    PackSet,
    Source,
    TruckReport,
    TruckState,
)
from telematics.models.station import LaneState, SlotReading, SlotState, StationEvent

__all__ = [
    "Alarm",
    "AlarmRule",
    "AlarmStorm",
    "Boot",
    "Breach",
    "Device",
    "DeviceKey",
    "DirtyDay",
    "Downlink",
    "KeyChange",
    "LaneState",
    "Mark",
    "OddReport",
    "PackSet",
    "RouteNeed",
    "SignedSequence",
    "SlotReading",
    "SlotState",
    "Source",
    "StationEvent",
    "TruckReport",
    "TruckState",
]
