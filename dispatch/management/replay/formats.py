"""Files we know the columns of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownFormat:
    """Columns and timezone of a public data set."""

    mapping: str
    timezone: str


FORMATS = {
    # NaitMalekYoussef/RSK_Twizy_EV_Dataset (CC BY 4.0): position and charge at 1 Hz, Rabat.
    "twizy": KnownFormat(
        "recorded_at=Date+Time,soc_percent=Soc,speed_kmh=Speed,latitude_deg=LAT,"
        "longitude_deg=LON,altitude_m=ALT,ambient_temperature_c=Temperature",
        "Africa/Casablanca",
    ),
}
