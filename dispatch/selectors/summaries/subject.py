"""Whose figures: a carrier's fleet, one station, or all stations of a station operator."""

from dataclasses import dataclass
from typing import Literal, get_args

from fleet.access import Viewer, operators_for, stations_for
from fleet.models import Operator, SwapStation
from fleet.models.named import local_name

type Kind = Literal["fleet", "station", "stations"]
KINDS: tuple[Kind, ...] = get_args(Kind.__value__)


@dataclass(frozen=True, slots=True)
class Subject:
    """Of whom figures are: of an operator's fleet or stations, or of one station, by its id."""

    kind: Kind
    pk: int
    name: str
    name_zh: str = ""

    @property
    def code(self) -> str:
        """Return it as it stands in addresses."""
        return f"{self.kind}-{self.pk}"

    @property
    def is_fleet(self) -> bool:
        """Say whether it is about trucks and not about stations."""
        return self.kind == "fleet"

    def called(self, language: str) -> str:
        """Return its name in a language."""
        return local_name(self.name, self.name_zh, language=language)

    def station_ids(self) -> list[int]:
        """Return its stations; none for a fleet."""
        if self.kind == "station":
            return [self.pk]
        own = SwapStation.objects.filter(operator=self.pk) if self.kind == "stations" else None
        return list(own.order_by("pk").values_list("pk", flat=True)) if own is not None else []


def subjects_for(user: Viewer) -> list[Subject]:
    """Return whose figures a user may read: the own fleet, the stations it may look into.

    Carriers read their fleet's, station operators their stations', supervisors those of the
    stations of their regions; the service's staff all.
    """
    operators = operators_for(user).order_by("name")
    fleets = operators.filter(kind=Operator.Kind.CARRIER)
    groups = operators.filter(kind=Operator.Kind.STATION_OPERATOR)
    stations = stations_for(user).order_by("name")
    return [
        *(Subject("fleet", one.pk, one.name) for one in fleets),
        *(Subject("stations", one.pk, one.name) for one in groups),
        *(Subject("station", one.pk, one.name, one.name_zh) for one in stations),
    ]


def subject_of(user: Viewer, code: str) -> Subject | None:
    """Return the subject a code names, if the user may read its figures."""
    return next((one for one in subjects_for(user) if one.code == code), None)
