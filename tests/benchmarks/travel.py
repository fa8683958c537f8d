"""Roads for many trucks and stations: cold, warm, and a little further on.

``python -m tests.benchmarks.travel [--trucks 1000] [--stations 60] [--nearest 8] [--extract X]``.
Trucks and stations stand on random roads of a box, each truck asks about its nearest stations.
`cold` is with nothing in the database and all the time it takes, `warm` with everything there,
`moved` after each truck drove on by some 250 m: `kept` is the share answered from cells, then the
error of its distances against asking anew, and that of the great circle. The last line is JSON.
"""

import argparse
import importlib
import os
from pathlib import Path

import django

from tests.database import copy_database
from tests.private import close_servers, serve_tests

LIECHTENSTEIN = Path(__file__).parents[1] / "data" / "osm" / "liechtenstein.osm.pbf"


def main() -> None:
    """Print a row for each engine, and all of it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trucks", type=int, default=1000)
    parser.add_argument("--stations", type=int, default=60)
    parser.add_argument("--nearest", type=int, default=8)
    parser.add_argument("--extract", type=Path, default=LIECHTENSTEIN)
    parser.add_argument("--south-west", type=float, nargs=2, default=(47.06, 9.49))
    parser.add_argument("--north-east", type=float, nargs=2, default=(47.22, 9.56))
    parser.add_argument("--engine", action="append", choices=("valhalla", "valhalla_http", "osrm"))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    serve_tests()
    try:
        os.environ["DATABASE_URL"] = copy_database("roads")
        django.setup()
        importlib.import_module("tests.benchmarks.roads").measure(options)
    finally:
        close_servers()


if __name__ == "__main__":
    main()
