"""Two ways of losing what was acknowledged, planted to see that a run finds the loss."""

from tests.kill.service import REAL_APP, Service

HASTY_APP = "tests.planted.hasty:application"  # answers before it keeps
PLANTS = ("none", "hasty", "asynchronous")


def app_of(plant: str) -> str:
    """Return the web application of a plant."""
    return HASTY_APP if plant == "hasty" else REAL_APP


def plant_in(service: Service, plant: str) -> None:
    """Have PostgreSQL say that a commit is done before it is written, if that is the plant."""
    if plant == "asynchronous":
        service.sql("ALTER SYSTEM SET synchronous_commit = off")
        service.sql("SELECT pg_reload_conf()")
