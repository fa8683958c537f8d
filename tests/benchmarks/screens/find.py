"""Ctrl-K over many objects: is the right thing among the first three, and how soon.

``python -m tests.benchmarks.screens.find [--size ua1|million]`` (`make bench-find`). A private
PostgreSQL, 92,800 objects (10,000 trucks, 20,000 packs, 200 stations, ...) or a million. Of 1,000
sampled objects each is asked for with at most five keys, as a person would: the last of a plate,
VIN, pack code, serial or order number, the name of a driver, the town and number of a station, the
plate or check-in code of a promise. Times are of the whole request, as Django's client
has it; of every fifth sample also with its first one to four keys. Five digits are 100,000
strings: among a million objects ten or so end alike, so there the time counts, not the place.
The last line is JSON.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from config.commands import manage_command
from config.servers import PrivateServers

FIRST, SLOWLY = 3, 5


def main() -> None:
    """Make the world, ask, print; remove everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", nargs="*", default=["superuser", "manager"])
    parser.add_argument("--size", choices=("ua1", "million"), default="ua1")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="yizhan-find-") as place,
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
        print(json.dumps(_measure(options.size, options.users)))


def _measure(size_name: str, users: list[str]) -> dict[str, Any]:
    from tests.benchmarks.screens import find_world as world  # noqa: PLC0415  imports models

    size = {"ua1": world.UA1, "million": world.MILLION}[size_name]
    began = time.monotonic()
    superuser, manager = world.make_world(size)
    figures: dict[str, Any] = {"objects": size.objects}
    print(f"{size.objects} objects in {time.monotonic() - began:.0f} s", flush=True)
    for name, user in (("superuser", superuser), ("manager", manager)):
        if name not in users:
            continue
        figures[name] = _asked_by(user, has_stations=name == "superuser")
        print(name, json.dumps(figures[name]), flush=True)
    return figures


def _asked_by(user: Any, *, has_stations: bool) -> dict[str, Any]:
    from django.test import Client  # noqa: PLC0415  needs the settings

    from dispatch.models import SwapAssignment, Trip  # noqa: PLC0415  as above
    from tests.benchmarks.screens import find_world as world  # noqa: PLC0415  as above

    client, thrown = Client(), random.Random(7)  # noqa: S311  the same things asked for each time
    client.force_login(user)
    models = world.MODELS | {"assignment": SwapAssignment, "trip": Trip}
    hits: dict[str, list[bool]] = {}
    took_ms: list[float] = []
    for kind, count in world.SAMPLED.items():
        if kind == "station" and not has_stations:
            continue
        keys = list(models[kind].objects.order_by("pk").values_list("pk", flat=True))
        for number, pk in enumerate(thrown.sample(keys, count)):
            row = models[kind].objects.get(pk=pk)
            if kind in {"truck"} and not row.is_active:
                continue
            typed = world.asked(kind, row, thrown)
            beginnings = range(1, len(typed) + 1) if number % SLOWLY == 0 else [len(typed)]
            answer: dict[str, Any] = {"hits": []}
            for end in beginnings:
                begun = time.perf_counter()
                answer = client.get(
                    "/admin/dispatch/swapassignment/find/", {"q": typed[:end]}
                ).json()
                took_ms.append((time.perf_counter() - begun) * 1000)
            found = [hit.get("key") for hit in answer["hits"][:FIRST]]
            hits.setdefault(kind, []).append(f"{kind}:{pk}" in found)
    everything = [each for kind in hits.values() for each in kind]
    took_ms.sort()
    return {
        "sampled": len(everything),
        "among_first_3_percent": round(100 * sum(everything) / len(everything), 1),
        "by_kind_percent": {k: round(100 * sum(v) / len(v), 1) for k, v in hits.items()},
        "requests": len(took_ms),
        "p50_ms": round(took_ms[len(took_ms) // 2], 1),
        "p95_ms": round(took_ms[int(len(took_ms) * 0.95)], 1),
        "longest_ms": round(took_ms[-1], 1),
    }


if __name__ == "__main__":
    main()
