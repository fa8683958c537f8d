from telematics.models.alarm import Alarm, Downlink, RouteNeed
from telematics.models.alarm_rule import AlarmRule
from telematics.models.alarm_storm import AlarmStorm
from telematics.models.days import DerivedUpTo, TruckDay, TruckDrive, TruckStop
from telematics.models.device import Device, DeviceKey, KeyChange, SignedSequence
from telematics.models.gap import Gap
from telematics.models.quarantine import DeviceQuarantine
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
from telematics.models.retro import RetroEvent
from telematics.models.station import LaneState, SlotReading, SlotState, StationEvent

__all__ = [
    "Alarm",
    "AlarmRule",
    "AlarmStorm",
    "Boot",
    "Breach",
    "DerivedUpTo",
    "Device",
    "DeviceKey",
    "DeviceQuarantine",
    "DirtyDay",
    "Downlink",
    "Gap",
    "KeyChange",
    "LaneState",
    "Mark",
    "OddReport",
    "PackSet",
    "RetroEvent",
    "RouteNeed",
    "SignedSequence",
    "SlotReading",
    "SlotState",
    "Source",
    "StationEvent",
    "TruckDay",
    "TruckDrive",
    "TruckReport",
    "TruckState",
    "TruckStop",
]
