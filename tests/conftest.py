"""Every run has its own real PostgreSQL and Valkey, started before the settings are read."""

import os
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests.database import copy_database
from tests.private import close_servers, serve_tests

serve_tests()
django.setup()  # the conftest.py files below may import models

# Every run of `make test` tries the same examples: a search for new ones belongs to `thorough`.
settings.register_profile(
    "quick",
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile(
    "thorough", settings.get_profile("quick"), max_examples=600, derandomize=False, print_blob=True
)
settings.load_profile("quick")

pytest_plugins = ["tests.stack", "tests.browser", "tests.gateways", "tests.cab"]

TESTS = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """Hash passwords cheaply: tests sign in often and guard nothing."""
    from django.conf import settings  # noqa: PLC0415 -- only now does the environment hold them

    # Small regions are planned in a fraction of a second; a busy machine must not cut that short.
    settings.PLANNER_TIME_LIMIT_S = settings.PLANNER_URGENT_TIME_LIMIT_S = 15.0
    settings.WHITENOISE_AUTOREFRESH = True  # look a file up when asked, not all for each client
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure(config: pytest.Config) -> None:
    close_servers()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share a running stack on one worker; those that raise their own may go.

    Two stacks at a time, one on each worker, are what two cores can bear.
    """
    for item in items:
        if item.path.is_relative_to(TESTS / "e2e"):
            shares = "stack" in getattr(item, "fixturenames", [])
            item.add_marker(pytest.mark.xdist_group("e2e" if shares else "e2e alone"))


def database_refusal(path: Path, fixtures: list[str]) -> str | None:
    """Return why a test may not use the database, or None."""
    asks = {"db", "transactional_db", "django_db_setup", "client", "admin_client"} & {*fixtures}
    if path.is_relative_to(TESTS / "unit") and asks:
        return f"a test under tests/unit asks for {sorted(asks)}: move it to tests/integration"
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    fixtures = [*getattr(item, "fixturenames", [])]
    if item.get_closest_marker("django_db"):
        fixtures.append("db")
    if refusal := database_refusal(item.path, fixtures):
        pytest.fail(refusal, pytrace=False)
    translation.deactivate()  # no test speaks the language of the one before it


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None) -> Iterator[None]:
    """Give this worker a migrated database; it goes with the server when the run ends."""
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    connection.close()
    connection.settings_dict["NAME"] = copy_database(f"test_{os.getpid()}").rpartition("/")[2]
    yield
    connection.close()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment without any of our settings, for tests of the start."""
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "DEBUG", "YIZHAN_DEMO", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    yield monkeypatch
    assert "SECRET_KEY" not in os.environ or os.environ["SECRET_KEY"]
