from telematics.models.alarm import Alarm, Downlink, RouteNeed
from telematics.models.alarm_rule import AlarmRule
from telematics.models.alarm_storm import AlarmStorm
from telematics.models.device import Device, DeviceKey, KeyChange, SignedSequence
from telematics.models.report import Mark, OddReport, TruckReport, TruckState
from telematics.models.station import LaneState, SlotReading, SlotState, StationEvent

__all__ = [
    "Alarm",
    "AlarmRule",
    "AlarmStorm",
    "Device",
    "DeviceKey",
    "Downlink",
    "KeyChange",
    "LaneState",
    "Mark",
    "OddReport",
    "RouteNeed",
    "SignedSequence",
    "SlotReading",
    "SlotState",
    "StationEvent",
    "TruckReport",
    "TruckState",
]
