"""What stops the start: one sentence, no traceback, before anything is served."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GOOD = {
    "SECRET_KEY": "0123456789abcdef" * 4,
    "DATABASE_URL": "postgresql://yizhan@127.0.0.1:1/yizhan",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "PUBLIC_URL": "https://yizhan.example",
    "ALLOWED_HOSTS": "yizhan.example",
}


def check(**environment: str) -> subprocess.CompletedProcess[str]:
    """Run the security checks of `manage.py check --deploy` under just these settings."""
    argv = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        [*argv, "--tag", "security"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )


def test_a_complete_production_environment_has_no_deployment_warning() -> None:
    done = check(**GOOD)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"SECRET_KEY": ""}, "yizhan: SECRET_KEY is not set. Give 50 random"),
        ({"DATABASE_URL": ""}, "yizhan: DATABASE_URL is not set. Example: postgresql://"),
        ({"REDIS_URL": ""}, "yizhan: REDIS_URL is not set. Example: redis://"),
        ({"DEBUG": "1"}, "yizhan: DEBUG is on outside the demo. Unset DEBUG."),
        ({"DEBUG": "perhaps"}, "yizhan: DEBUG is 'perhaps', which is neither yes nor no."),
        ({"CLOCK_RATE": "fast"}, "yizhan: CLOCK_RATE is 'fast', which is not a number."),
        ({"DATABASE_POOL_MAX": "4.5"}, "yizhan: DATABASE_POOL_MAX is '4.5', which is not a whole"),
        ({"DATABASE_URL": "mysql://x/y"}, "yizhan: DATABASE_URL is not an address of PostgreSQL."),
        ({"PUBLIC_URL": "yizhan.example"}, "yizhan: PUBLIC_URL is 'yizhan.example', which does"),
    ],
)
def test_a_missing_or_bad_setting_stops_the_start_with_one_sentence(
    changed: dict[str, str], sentence: str
) -> None:
    done = check(**GOOD | changed)
    assert done.returncode != 0
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1


def test_the_demo_may_debug() -> None:
    done = check(**GOOD, YIZHAN_DEMO="1", DEBUG="1")
    assert "outside the demo" not in done.stderr
