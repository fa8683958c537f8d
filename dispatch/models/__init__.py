from dispatch.models.assignment import PackHold, SwapAssignment
from dispatch.models.charge import ChargeWindow, PowerCap
from dispatch.models.consumption import TruckConsumption
from dispatch.models.draft import DraftEdit, PlanDraft
from dispatch.models.fairness import FairnessEntry
from dispatch.models.handover import ShiftHandover
from dispatch.models.notice import ChannelName, DriverAction, DriverNotice, NoticeDelivery
from dispatch.models.now import LiveTruck
from dispatch.models.outcome import MeasuredSpread, PromiseOutcome
from dispatch.models.plan import Ban, PlanRun
from dispatch.models.quarantine import Quarantine
from dispatch.models.roads import RoadBook, RoadLeg
from dispatch.models.station_day import StationQuarter, StockOut
from dispatch.models.summary import SummarySending, SummarySubscription
from dispatch.models.trip import Shuttle, Trip
from dispatch.models.wall import WallScreen

__all__ = [
    "Ban",
    "ChannelName",
    "ChargeWindow",
    "DraftEdit",
    "DriverAction",
    "DriverNotice",
    "FairnessEntry",
    "LiveTruck",
    "MeasuredSpread",
    "NoticeDelivery",
    "PackHold",
    "PlanDraft",
    "PlanRun",
    "PowerCap",
    "PromiseOutcome",
    "Quarantine",
    "RoadBook",
    "RoadLeg",
    "ShiftHandover",
    "Shuttle",
    "StationQuarter",
    "StockOut",
    "SummarySending",
    "SummarySubscription",
    "SwapAssignment",
    "Trip",
    "TruckConsumption",
    "WallScreen",
]
