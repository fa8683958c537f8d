from fleet.models.driver import Driver, Shift, SignInLink
from fleet.models.heartbeat import Heartbeat
from fleet.models.job import Job
from fleet.models.operator import Operator, User
from fleet.models.pack import Pack, PackMove, PackType, Whereabouts
from fleet.models.place import Place, Region
from fleet.models.quarantine import PackQuarantine
from fleet.models.saved_view import SavedView
from fleet.models.sent_file import SentFile
from fleet.models.station import Closure, Lane, OpeningHours, Slot, SwapStation
from fleet.models.tariff import Tariff, TariffPeriod
from fleet.models.truck import Truck, TruckModel, TruckSight, TruckTenure

__all__ = [
    "Closure",
    "Driver",
    "Heartbeat",
    "Job",
    "Lane",
    "OpeningHours",
    "Operator",
    "Pack",
    "PackMove",
    "PackQuarantine",
    "PackType",
    "Place",
    "Region",
    "SavedView",
    "SentFile",
    "Shift",
    "SignInLink",
    "Slot",
    "SwapStation",
    "Tariff",
    "TariffPeriod",
    "Truck",
    "TruckModel",
    "TruckSight",
    "TruckTenure",
    "User",
    "Whereabouts",
]
