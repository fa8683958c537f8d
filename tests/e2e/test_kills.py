"""No acknowledged report is lost or counted twice, whatever is killed; and losses are seen."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.kill.checker import Judgement, judge
from tests.kill.history import History
from tests.kill.plants import app_of, plant_in
from tests.kill.run import Plan, Run
from tests.kill.service import Service
from tests.private import run_directory

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Service(run_directory() / "kills") as raised:
        yield raised


def lived_through(service: Service, plan: Plan, name: str) -> Judgement:
    """Run and judge; the history stays where the failure message says."""
    path = service.place / f"{name}.jsonl"
    with History(path) as history:
        asyncio.run(Run(service, plan, history).live(print))
    service.derive()
    judgement = judge(path, service.servers.database_url, is_derived=True)
    print(judgement)
    return judgement


def test_of_100_000_reports_none_is_lost_or_kept_twice_in_10_kills(service: Service) -> None:
    seed = time.time_ns() % 1_000_000
    judgement = lived_through(service, Plan(seed=seed, reports=100_000, kills=10), "honest")
    assert judgement.faults == [], f"seed {seed}"
    assert (judgement.acknowledged, judgement.lost, judgement.twice) == (100_000, 0, 0)
    assert judgement.stored == 100_000


@pytest.mark.parametrize("plant", ["hasty", "asynchronous"])
def test_a_service_that_acknowledges_too_soon_is_seen_to_lose(plant: str) -> None:
    plan = Plan(seed=7, reports=20_000, kills=6, trucks=40)
    with Service(run_directory() / plant, app=app_of(plant)) as broken:
        plant_in(broken, plant)
        judgement = lived_through(broken, plan, plant)
    assert judgement.acknowledged == plan.reports
    assert judgement.lost > 0
    assert "acknowledged and lost" in judgement.faults[0]


SPOILT = {
    "1 acknowledged and lost": "DELETE FROM telematics_truckreport WHERE {one}",
    "1 stored twice": """
        INSERT INTO telematics_truckreport SELECT (jsonb_populate_record(r, jsonb_build_object(
               'recorded_at', r.recorded_at + interval '1 ms'))).*
          FROM telematics_truckreport r WHERE {one}""",
    "1 stored otherwise than sent": """
        UPDATE telematics_truckreport SET odometer_10m = odometer_10m + 1 WHERE {one}""",
    "1 live states not the newest": """
        UPDATE telematics_truckstate SET seq = seq - 1 WHERE truck_id = {truck}""",
    "1 trucks with another energy": """
        UPDATE telematics_truckreport SET soc_hundredths = soc_hundredths + 900 WHERE {one}""",
    "1 trucks with another mileage": """
        UPDATE telematics_truckreport SET odometer_10m = odometer_10m + 90000 WHERE {one}""",
    "1 trucks whose derived days": """
        UPDATE telematics_truckday SET reports = reports + 1 WHERE truck_id = {truck}""",
    "1 boots with other numbers than sent": """
        UPDATE telematics_boot SET seqs = seqs - '{{[3,4)}}'::int8multirange
         WHERE (truck_id, boot_id) = ({truck}, '{boot}')""",
}


ASIDE = (
    "telematics_truckreport",
    "telematics_truckstate",
    "telematics_boot",
    "telematics_truckday",
)


def test_the_checker_sees_each_kind_of_fault(service: Service) -> None:
    """Each fault is planted in the database after a good run, seen, and taken out again."""
    plan = Plan(seed=3, reports=2_000, kills=0, trucks=4)
    assert lived_through(service, plan, "good").faults == []
    path, address = service.place / "good.jsonl", service.servers.database_url
    boots = "SELECT truck_id, id, boot_id FROM telematics_boot ORDER BY id DESC LIMIT 1"
    [(truck, boot_no, boot)] = service.sql(boots)
    one = f"truck_id = {truck} AND boot_no = {boot_no} AND seq = 100"
    for table in ASIDE:
        service.sql(f"CREATE TABLE aside_{table} AS SELECT * FROM {table} WHERE truck_id = {truck}")
    for fault, statement in SPOILT.items():
        service.sql(statement.format(one=one, truck=truck, boot=boot))
        found = judge(path, address, is_derived=True).faults
        assert any(said.startswith(fault) for said in found), (fault, found)
        for table in ASIDE:
            service.sql(f"DELETE FROM {table} WHERE truck_id = {truck}")
            service.sql(f"INSERT INTO {table} SELECT * FROM aside_{table}")
    assert judge(path, address, is_derived=True).faults == []
