"""A month of 1,000 trucks and of 60 stations as figures, page, workbook and paper: how soon.

``python -m tests.benchmarks.screens.summaries``. A private PostgreSQL with two months of 2,000
trucks (366,000 promises, 1.4 million drives). The last line is JSON: medians of five, in ms.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from config.commands import manage_command
from config.servers import PrivateServers

ROUNDS = 5


def main() -> None:
    """Make the world, measure, print; remove everything."""
    with (
        tempfile.TemporaryDirectory(prefix="yizhan-summaries-") as place,
        PrivateServers(Path(place) / "servers", durable=False) as servers,
    ):
        os.environ.update(
            DJANGO_SETTINGS_MODULE="config.settings",
            SECRET_KEY="only-for-benchmarks-" + "x" * 40,
            DATABASE_URL=servers.database_url,
            REDIS_URL=servers.redis_url,
            ALLOWED_HOSTS="testserver",
            LOG_LEVEL="ERROR",
        )
        subprocess.run(manage_command("migrate", "--verbosity", "0"), check=True)
        import django  # noqa: PLC0415  only now does the environment hold the settings

        django.setup()
        print(json.dumps(measure()))


def measure() -> dict[str, Any]:
    """Make the world in the database of the settings and return the figures."""
    from dispatch.selectors.summaries import Subject, read_summary  # noqa: PLC0415  models
    from dispatch.selectors.summaries.pair import read_pair  # noqa: PLC0415  as above
    from dispatch.selectors.summaries.period import period_of  # noqa: PLC0415  as above
    from dispatch.services.summaries.paper import make_paper  # noqa: PLC0415  as above
    from dispatch.services.summaries.workbook import make_workbook  # noqa: PLC0415  as above
    from tests.benchmarks.screens import summaries_world as world  # noqa: PLC0415  as above

    began = time.monotonic()
    carrier, group = world.make_world()
    print(f"made in {time.monotonic() - began:.0f} s", flush=True)
    month = period_of("month", world.FIRST).next
    figures: dict[str, Any] = {}
    for subject in (Subject("fleet", carrier.pk, "Fleet"), Subject("stations", group.pk, "All")):
        read = partial(read_summary, subject, month, now=month.end)
        pair = partial(read_pair, subject, month, now=month.end)
        summary, before = pair()
        paper = partial(make_paper, summary, before)
        workbook = partial(make_workbook, summary)
        figures[subject.kind] = {
            "swaps": summary.total.swaps,
            "trucks": len(summary.trucks),
            "read_ms": timed(read),
            "read_pair_ms": timed(pair),
            "pdf_ms": timed(paper),
            "xlsx_ms": timed(workbook),
            "pdf_kb": round(len(paper()) / 1000, 1),
            "xlsx_kb": round(len(workbook()) / 1000, 1),
        }
    return figures


def timed(work: Callable[[], Any]) -> float:
    """Return the median of a few rounds, in ms."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return round(1000 * median(times), 1)


if __name__ == "__main__":
    main()
