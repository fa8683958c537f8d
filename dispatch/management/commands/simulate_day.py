"""A day of Tangshan's swap trucks under several policies: the closed loop, compared."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dispatch.management.day import figures, pool
from dispatch.management.day.table import table
from dispatch.simulation.day.params import LOADS
from dispatch.simulation.day.runs import BOUND, FORESIGHT, KNOWN, POLICIES, DayResult, DayTask


class Command(BaseCommand):
    """Run days of a world of events, print the table, write results and figures."""

    help = "Compare dispatch policies over a simulated day; no database is needed."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which days to run, by whom, and where to write."""
        parser.add_argument("--load", action="append", choices=list(LOADS), default=None)
        parser.add_argument("--seeds", default="1", help="numbers with commas: 1,2,3")
        parser.add_argument(
            "--policies",
            default=",".join(POLICIES),
            help=f"with commas, of {', '.join((*POLICIES, FORESIGHT))};"
            f" --as-expected adds {KNOWN}, {BOUND}",
        )
        parser.add_argument("--trucks", type=int, default=1_000)
        parser.add_argument("--stations", type=int, default=23)
        parser.add_argument("--hours", type=int, default=24, help="within which shifts begin")
        parser.add_argument("--notice-min", default="60", help="numbers with commas: 60,0")
        parser.add_argument(
            "--as-expected", action="store_true", help="nothing is left to chance; with a bound"
        )
        parser.add_argument("--work-limit", type=int, default=600, help="steps a decision")
        parser.add_argument("--bound-steps", type=int, default=600)
        parser.add_argument("--known-steps", type=int, default=8_000)
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--out", type=Path, default=Path("var/day"))
        parser.add_argument("--no-figures", action="store_true")

    def handle(self, **options: Any) -> None:
        """Run, show and write."""
        tasks = _tasks(options)
        watched = pool.is_watched()

        def show(share: float, done: int) -> None:
            if watched:
                line = pool.bar(share, done, len(tasks))
                self.stderr.write(f"\r{line}", ending="")
                self.stderr.flush()

        results: list[DayResult] = []
        for result in pool.run_all(tasks, workers=options["workers"], show=show):
            results.append(result)
            if not watched:
                self.stderr.write(_said(result, len(results), len(tasks)))
        results.sort(key=lambda result: tasks.index(result.task))
        self.stdout.write("\n" + table(results))
        self._write(results, options["out"], has_figures=not options["no_figures"])

    def _write(self, results: list[DayResult], folder: Path, *, has_figures: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        rows = [asdict(result) for result in results]
        (folder / "results.json").write_text(json.dumps(rows))
        (folder / "table.md").write_text(table(results) + "\n")
        if has_figures:
            try:
                files = figures.draw_all(results, folder)
            except figures.FiguresError as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"{len(files)} figures in {folder}")


def _tasks(options: dict[str, Any]) -> list[DayTask]:
    policies = [name for name in options["policies"].split(",") if name]
    wrong = [name for name in policies if name not in {*POLICIES, FORESIGHT, KNOWN, BOUND}]
    if wrong:
        raise CommandError(
            f"no policy {wrong[0]!r}; there are"
            f" {', '.join((*POLICIES, FORESIGHT, KNOWN))} and {BOUND}"
        )
    if options["as_expected"]:
        policies += [policy for policy in (KNOWN, BOUND) if policy not in policies]
    elif {KNOWN, BOUND} & set(policies):
        raise CommandError("the bound is of a day as expected: give --as-expected with it")
    loads = options["load"] or list(LOADS)
    notices, seeds = _numbers(options["notice_min"]), _numbers(options["seeds"])
    return [
        DayTask(
            policy=policy,
            load=load,
            seed=seed,
            trucks=options["trucks"],
            stations=options["stations"],
            hours=options["hours"],
            notice_min=notice,
            is_as_expected=options["as_expected"],
            work_limit=options["work_limit"],
            bound_steps=options["bound_steps"],
            known_steps=options["known_steps"],
        )
        for load, notice, seed, policy in product(loads, notices, seeds, policies)
    ]


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise CommandError(f"numbers with commas are wanted, not {text!r}") from error


def _said(result: DayResult, done: int, tasks: int) -> str:
    task = result.task
    what = f"{task.load} {task.policy} seed {task.seed}, {task.notice_min} min of notice"
    if task.policy == BOUND:
        return f"{done} of {tasks}: {what}: at least {result.lost_min:.0f} min lost"
    return (
        f"{done} of {tasks}: {what}: detour + wait {result.detour_and_wait_min:.2f} min,"
        f" wait {result.wait_min:.2f} min, {result.stranded} stranded"
    )
