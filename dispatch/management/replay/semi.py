"""Speed traces of the three Tesla Semis of NACFE Run on Less 2023 as reports.

Source: Green_Trucking_Analysis (MIT). The files know the speed every second and the charge at
the start and the end of each event; charge between is modelled with the truck's own parameters
and held to both ends. They know no position: the truck drives straight on from a given one.
"""

import csv
import gzip
import re
from math import cos, radians, sin
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dispatch.management.replay.record import Record, RecordError
from dispatch.planning.energy import TESLA_SEMI, battery_power_w
from dispatch.simulation.roster import Position

MASS_KG = 30_800.0
"""Median of the gross masses the measured consumption implies."""
MAX_GAP_S = 30.0
M_PER_DEG = 111_195.0
_NAME = re.compile(r"(?P<truck>pepsi_\d)_drive_cycle_(?P<event>\d+)\.csv(\.gz)?")

type FloatArray = NDArray[np.float64]


def read_semi(path: Path, *, start: Position, heading_deg: float) -> list[Record]:
    """Read one event; its charge comes from `pepsi_N_drivecycle_data.csv` one folder up.

    Raises
    ------
    RecordError
        The name or the folder is not that of the data set.
    """
    first, last = _charges(path)
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        rows = np.loadtxt(lines, delimiter=",", skiprows=1, usecols=(0, 1), ndmin=2)
    times, speeds = rows[:, 0], rows[:, 1]
    soc = charge_between(times, speeds, first_percent=first, last_percent=last)
    latitudes, longitudes = straight_on(times, speeds, start=start, heading_deg=heading_deg)
    return [
        Record(
            float(times[i]),
            {
                "latitude_deg": round(float(latitudes[i]), 6),
                "longitude_deg": round(float(longitudes[i]), 6),
                "speed_kmh": round(max(0.0, float(speeds[i])), 2),
                "soc_percent": round(float(soc[i]), 3),
                "heading_deg": heading_deg,
                "gross_mass_kg": MASS_KG,
            },
        )
        for i in range(len(times))
    ]


def charge_between(
    times_s: FloatArray, speeds_kmh: FloatArray, *, first_percent: float, last_percent: float
) -> FloatArray:
    """Return the charge at every moment: the model's shape between two measured ends.

    Parameters
    ----------
    times_s, speeds_kmh
        One row each, of equal length; holes of the record spend nothing.
    """
    steps = np.diff(times_s)
    counts = (steps > 0.0) & (steps <= MAX_GAP_S)
    safe = np.where(counts, steps, 1.0)
    power_w = battery_power_w(
        TESLA_SEMI,
        mass_kg=MASS_KG,
        speed_kmh=(speeds_kmh[1:] + speeds_kmh[:-1]) / 2.0,
        acceleration_ms2=np.diff(speeds_kmh) / 3.6 / safe,
    )
    spent = np.concatenate([[0.0], np.cumsum(np.where(counts, power_w * safe, 0.0))])
    share = spent / spent[-1] if spent[-1] > 0 else np.zeros_like(spent)
    soc: FloatArray = np.clip(first_percent + (last_percent - first_percent) * share, 0.0, 100.0)
    return soc


def straight_on(
    times_s: FloatArray, speeds_kmh: FloatArray, *, start: Position, heading_deg: float
) -> tuple[FloatArray, FloatArray]:
    """Return latitudes and longitudes of a drive that never turns."""
    steps = np.diff(times_s)
    counts = (steps > 0.0) & (steps <= MAX_GAP_S)
    metres = np.where(counts, (speeds_kmh[1:] + speeds_kmh[:-1]) / 7.2 * steps, 0.0)
    driven_m = np.concatenate([[0.0], np.cumsum(metres)])
    north, east = cos(radians(heading_deg)), sin(radians(heading_deg))
    latitudes = start[0] + driven_m * north / M_PER_DEG
    longitudes = start[1] + driven_m * east / (M_PER_DEG * cos(radians(start[0])))
    return latitudes, longitudes


def _charges(path: Path) -> tuple[float, float]:
    name = _NAME.fullmatch(path.name)
    if name is None:
        raise RecordError(f"{path.name} is not called pepsi_N_drive_cycle_K.csv.")
    table = path.parent.parent / f"{name['truck']}_drivecycle_data.csv"
    if not table.exists():
        raise RecordError(f"{table} is missing: it has the charge at start and end.")
    with table.open(newline="") as lines:
        for row in csv.DictReader(lines):
            if row["Driving event"] == name["event"]:
                first = float(row["Initial battery charge (%)"])
                return first, float(row["Final battery charge (%)"])
    raise RecordError(f"{table.name} has no event {name['event']}.")
