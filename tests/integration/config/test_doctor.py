import os
import subprocess
import sys
from pathlib import Path

from config.doctor import Finding, Verdict, line
from config.servers import free_port

ROOT = Path(__file__).resolve().parents[3]


def doctor(*flags: str, **environment: str) -> tuple[int, dict[str, str]]:
    """Run the doctor and return its exit code and its lines by name, each with its mark."""
    code = "import runpy, sys; sys.path.insert(0, '.'); "
    code += "runpy.run_module('config.doctor', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, *flags, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )
    assert not done.stderr, done.stderr
    lines = [text for text in done.stdout.splitlines() if text]
    assert not any("\033" in text for text in lines)  # colours are for people at a terminal
    return done.returncode, {text[2:24].strip(): text[0] + text[24:] for text in lines}


def test_a_machine_that_has_everything_is_green() -> None:
    code, lines = doctor()
    assert code == 0
    green = {name for name, text in lines.items() if text.startswith("+")}
    assert green >= {"Python", "libraries", "PostgreSQL", "Valkey or Redis", "disk", "memory"}


def test_without_libraries_it_still_says_what_is_missing() -> None:
    code, lines = doctor("-I", "-S")
    assert code == 1
    assert lines["libraries"].startswith("-django, celery, ortools missing: make venv")
    assert lines["Python"].startswith("+")


def test_a_server_that_is_named_and_silent_is_red() -> None:
    gone = f"127.0.0.1:{free_port()}"
    code, lines = doctor(DATABASE_URL=f"postgresql://a@{gone}/a", REDIS_URL=f"redis://{gone}/0")
    assert code == 1
    assert lines["DATABASE_URL"].startswith(f"-{gone} does not answer")
    assert lines["REDIS_URL"].startswith(f"-{gone} does not answer")


def test_a_service_whose_tables_are_missing_is_red() -> None:
    names = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")
    code, lines = doctor(**{name: os.environ[name] for name in names})
    assert code == 1
    assert lines["DATABASE_URL"].startswith("+")
    assert lines["service: database"] == "+ok"
    assert lines["service: broker"] == "+ok"
    assert lines["service: travel"] == ".unreachable"
    assert lines["service: migrations"].startswith("-")
    assert lines["service: relay"].startswith("-")


def test_a_terminal_sees_colours() -> None:
    missing = Finding("Chromium", Verdict.MISSING, "gone")
    assert line(missing, is_coloured=True) == "\033[31m- Chromium              gone\033[0m"
