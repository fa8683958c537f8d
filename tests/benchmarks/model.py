"""How long the planner takes to be imported and to build its model: ``... model PROBLEM.json``."""

import json
import sys
from time import perf_counter


def main(path: str) -> None:
    """Print `import_s` (no solving), `read_s` and `build_s` (itineraries, books, arrays)."""
    begun_s = perf_counter()
    from dispatch.planning.exchange import read_problem  # noqa: PLC0415 - it is what is timed
    from dispatch.planning.schedule import Schedule  # noqa: PLC0415 - as above
    from dispatch.planning.solve import plan_swaps  # noqa: F401, PLC0415 - as above

    imported_s = perf_counter()
    problem = read_problem(path)
    read_s = perf_counter()
    schedule = Schedule(problem)
    from dispatch.planning.relaxation import Relaxation  # noqa: PLC0415 - numpy: with the model

    slot_s = min(lane.swap_s for station in problem.stations for lane in station.lanes)
    Relaxation(schedule, slot_s=slot_s)
    built_s = perf_counter()
    found = {
        "import_s": round(imported_s - begun_s, 3),
        "read_s": round(read_s - imported_s, 3),
        "build_s": round(built_s - read_s, 3),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
