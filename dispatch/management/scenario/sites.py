"""The region with its places, tariff and swap stations."""

from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange, NumericRange

from dispatch.simulation.casting import StationPart
from dispatch.simulation.tangshan import PLACES, REGION_CODE, REGION_NAME, REGION_NAME_ZH
from dispatch.simulation.tariffs import TANGSHAN, priced_periods
from fleet.models import (
    Lane,
    Operator,
    Place,
    Region,
    Slot,
    SwapStation,
    Tariff,
    TariffPeriod,
)

VALID_FROM = date(2023, 12, 1)


def make_region() -> Region:
    """Make the planning region."""
    return Region.objects.create(code=REGION_CODE, name=REGION_NAME, name_zh=REGION_NAME_ZH)


def make_places(region: Region) -> dict[str, Place]:
    """Make the places trips go between; return them by code."""
    rows = [
        Place(
            region=region,
            code=place.code,
            name=place.name,
            name_zh=place.name_zh,
            kind=place.kind,
            latitude_deg=place.latitude_deg,
            longitude_deg=place.longitude_deg,
            radius_m=800,
        )
        for place in PLACES
    ]
    return {place.code: place for place in Place.objects.bulk_create(rows)}


def make_tariff() -> Tariff:
    """Make the tariff of the grid company with its dated periods."""
    tariff = Tariff.objects.create(code=TANGSHAN.code, name=TANGSHAN.name, source=TANGSHAN.document)
    TariffPeriod.objects.bulk_create(
        TariffPeriod(
            tariff=tariff,
            valid=DateRange(VALID_FROM, None),
            month=period.month,
            minutes=NumericRange(period.from_minute, period.to_minute),
            level=period.level,
            price_cny_per_kwh=period.price_cny_per_kwh,
        )
        for period in priced_periods(TANGSHAN)
    )
    return tariff


def make_stations(
    parts: list[StationPart], *, region: Region, tariff: Tariff, operators: list[Operator]
) -> list[SwapStation]:
    """Make the stations with lanes and slots; operators run them in turn."""
    stations = []
    for index, part in enumerate(parts):
        site = part.site
        station = SwapStation.objects.create(
            operator=operators[index % len(operators)],
            region=region,
            code=f"tangshan-{index + 1:02d}",
            name=site.name,
            name_zh=site.name_zh,
            latitude_deg=site.latitude_deg,
            longitude_deg=site.longitude_deg,
            power_limit_kw=site.power_limit_kw,
            tariff=tariff,
            contact_phone=f"0315-88{index + 1:05d}",
        )
        Lane.objects.bulk_create(
            Lane(station=station, number=number, swap_s=part.swap_s)
            for number in range(1, site.lanes + 1)
        )
        Slot.objects.bulk_create(
            Slot(
                station=station,
                number=number,
                max_power_kw=min(site.slot_power_kw, slot.kind.max_charge_kw),
            )
            for number, slot in enumerate(part.slots, start=1)
        )
        stations.append(station)
    return stations
