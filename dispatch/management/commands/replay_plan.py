"""Plan again what a plan run was asked, and say whether the answer is the same."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dispatch.models import PlanRun
from dispatch.planning.exchange import plan_to_json
from dispatch.services.plans.archive import replay
from dispatch.services.plans.planner_child import PlannerFailedError


class Command(BaseCommand):
    """Print the plan of a stored problem; differences from the stored plan go to stderr."""

    help = "Plan again what plan run ID was asked; print the plan as swap-plan/1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the run's number and, if wanted, another planner or time limit."""
        parser.add_argument("id", type=int)
        parser.add_argument("--planner", default="")
        parser.add_argument("--time-limit-s", type=float, help="another limit than the run had")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Replay one run."""
        run = PlanRun.objects.filter(pk=options["id"]).first()
        if run is None or run.problem_gz is None:
            raise CommandError(f"no plan run {options['id']} with its problem is stored")
        try:
            plan = replay(run, planner=options["planner"], time_limit_s=options["time_limit_s"])
        except PlannerFailedError as error:
            raise CommandError(str(error)) from error
        again = plan_to_json(plan)
        self.stdout.write(json.dumps(again, ensure_ascii=False))
        is_same = run.plan is not None and run.plan["swaps"] == again["swaps"]
        self.stderr.write("the same swaps" if is_same else "other swaps than stored")
