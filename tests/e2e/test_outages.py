"""PostgreSQL away, or its disk full, under traffic: refused at once, back soon, nothing lost."""

import pytest

from tests.kill.away import Trial, go_away
from tests.kill.disk import MountRefusedError, SmallDiskService
from tests.kill.outage import ASKED
from tests.kill.service import Service
from tests.private import run_directory

pytestmark = pytest.mark.long

AWAY_S = 10.0
UNGUARDED_APP = "tests.planted.unguarded:application"
LEEWAY = 3  # the machine may be loaded
GROWTH = {"rss_mib": 64, "threads": 80, "files": 120}


def test_a_database_that_is_killed_or_hangs_is_answered_for_and_comes_back() -> None:
    with Service(run_directory() / "away") as service:
        killed = go_away(service, service.kill_postgres, service.start_postgres, away_s=AWAY_S)
        hung = go_away(service, service.freeze_postgres, service.thaw_postgres, away_s=AWAY_S)
        service.kill_web()
        service.app = UNGUARDED_APP
        service.start_web()
        planted = go_away(service, service.freeze_postgres, service.thaw_postgres, away_s=AWAY_S)
    for trial in (killed, hung):
        assert trial.outage.faults(leeway=LEEWAY) == [], trial.figures
        assert_kept(trial)
    (fault,) = planted.outage.faults(leeway=LEEWAY)
    assert f"{ASKED}: " in fault
    assert "too slow" in fault, "a service that waits for the database is seen"


@pytest.mark.parametrize("what", ["data", "wal"])
def test_a_full_disk_acknowledges_nothing_it_cannot_keep(what: str) -> None:
    try:
        service = SmallDiskService(run_directory() / f"full-{what}", what=what)
    except MountRefusedError as error:
        pytest.skip(f"a small disk cannot be mounted here: {error}")
    with service:
        trial = go_away(service, service.fill_up, service.make_room, away_s=AWAY_S)
    assert trial.outage.faults_of_full_disk(leeway=LEEWAY) == [], trial.figures
    assert_kept(trial)


def assert_kept(trial: Trial) -> None:
    """What was acknowledged is there, and nothing piled up meanwhile."""
    assert trial.lost == []
    for name, most in trial.outage.most.items():
        assert most - trial.outage.before[name] < GROWTH[name], trial.figures
