"""The long-running processes of the service, as command lines. Standard library only."""

import sys
from pathlib import Path

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"


def web_command(*, port: int, host: str = "127.0.0.1", workers: int = 1) -> list[str]:
    """Return the web server's command line."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "asginl", "--no-ws"),
        *("--host", host, "--port", str(port), "--workers", str(workers)),
        *(
            "--backlog",
            "4096",
            "--backpressure",
            "16384",  # connections of a process; each truck keeps one
            "--respawn-failed-workers",
            "--workers-kill-timeout",
            "5",
            "config.asgi:application",
        ),
    ]


def worker_command(*queues: str, concurrency: int) -> list[str]:
    """Return the command line of a Celery worker that serves some queues with its own pool."""
    return [
        *(sys.executable, "-m", "celery", "--app", "config", "worker"),
        *("--queues", ",".join(queues)),
        *("--concurrency", str(concurrency), "--hostname", f"{queues[0]}@%h", "--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle", "--max-tasks-per-child", "500"),
    ]


def manage_command(name: str, *arguments: str) -> list[str]:
    """Return the command line of a management command."""
    return [sys.executable, str(MANAGE), name, *arguments]
