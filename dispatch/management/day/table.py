"""The table of a comparison: means over the seeds, and how far each policy is from the others."""

from collections import defaultdict
from statistics import fmean

from dispatch.simulation.day.runs import BOUND, FORESIGHT, KNOWN, DayResult

type Group = tuple[str, int, bool]

HEAD = (
    "| policy | detour + wait | wait | swaps | no promise | stranded | changed | refused "
    "| energy, CNY a swap | planning mean / max, s |\n|---|---|---|---|---|---|---|---|---|---|"
)


def table(results: list[DayResult]) -> str:
    """Write the results as Markdown, one part for each load, notice and kind of chance."""
    groups: dict[Group, list[DayResult]] = defaultdict(list)
    for result in results:
        task = result.task
        groups[task.load, task.notice_min, task.is_as_expected].append(result)
    return "\n\n".join(_part(group, groups[group]) for group in sorted(groups))


def _part(group: Group, results: list[DayResult]) -> str:
    load, notice_min, is_as_expected = group
    seeds = sorted({result.task.seed for result in results})
    by_policy: dict[str, list[DayResult]] = defaultdict(list)
    for result in results:
        by_policy[result.task.policy].append(result)
    chance = "as expected" if is_as_expected else "with chance"
    title = (
        f"**{load}, {chance}, {notice_min} min of notice** "
        f"(seeds {', '.join(map(str, seeds))}; minutes a swap)"
    )
    days = [policy for policy in by_policy if policy != BOUND]
    lines = [title, "", HEAD, *(_line(policy, by_policy[policy]) for policy in days)]
    return "\n".join([*lines, "", *_remarks(by_policy)])


def _line(policy: str, results: list[DayResult]) -> str:
    return (
        f"| {policy} | {_mean(results, 'detour_and_wait_min'):.2f} "
        f"| {_mean(results, 'wait_min'):.2f} | {_mean(results, 'swaps'):.0f} "
        f"| {_mean(results, 'unplanned'):.1f} | {_mean(results, 'stranded'):.1f} "
        f"| {_mean(results, 'changed'):.0f} | {_mean(results, 'refused'):.0f} "
        f"| {fmean(r.energy_cny / max(1, r.swaps) for r in results):.1f} "
        f"| {_mean(results, 'plan_mean_s'):.3f} / {max(r.plan_max_s for r in results):.2f} |"
    )


def _mean(results: list[DayResult], name: str) -> float:
    return fmean(getattr(result, name) for result in results)


def _remarks(by_policy: dict[str, list[DayResult]]) -> list[str]:
    """Say how far the planner is from the others, and from the bound."""
    ours = by_policy.get("planner", [])
    if not ours:
        return []
    lines = []
    mine = _mean(ours, "detour_and_wait_min")
    for policy, results in by_policy.items():
        if policy not in {"planner", FORESIGHT, BOUND}:
            theirs = _mean(results, "detour_and_wait_min")
            waits = _mean(results, "wait_min")
            less_wait = _less(_mean(ours, "wait_min"), waits)
            lines.append(
                f"planner against {policy}: detour + wait {_less(mine, theirs)},"
                f" queueing {less_wait}"
            )
    bounds = {result.task.seed: result.lost_min for result in by_policy.get(BOUND, [])}
    for policy in (KNOWN, FORESIGHT, "planner"):
        days = by_policy.get(policy, [])
        gaps = [gap(day, bounds[day.task.seed]) for day in days if day.task.seed in bounds]
        if gaps:
            lines.append(f"{policy} above the bound: {fmean(gaps):.1%} of detour + wait")
    return lines


def gap(result: DayResult, bound_min: float) -> float:
    """Return how far above the bound detour and wait are, the planner's swaps taken off both."""
    rest_min = bound_min - result.swapping_min
    return (result.lost_min - bound_min) / rest_min if rest_min > 0 else float("inf")


def _less(mine: float, theirs: float) -> str:
    return f"{(mine - theirs) / theirs:+.1%}" if theirs else "-"
