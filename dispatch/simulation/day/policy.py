"""Who decides: every policy sees the same views and answers with decisions."""

from typing import Protocol

from dispatch.simulation.day.view import Decision, Seeker, View


class Policy(Protocol):
    """Someone who decides where trucks swap."""

    def decide(self, view: View) -> list[Decision]:
        """Promise swaps to seekers, and give comers other times."""


class Nearest:
    """What drivers do: on to the last node with a station in reach, then to the nearest one.

    First come, first served; nobody asks whether packs will be there.
    """

    def decide(self, view: View) -> list[Decision]:
        """Send each new seeker to the station nearest to its last node."""
        return [
            Decision(seeker.truck.number, *_nearest(seeker), None)
            for seeker in view.seekers
            if seeker.promise is None or seeker.promise.node > seeker.last
        ]


def _nearest(seeker: Seeker) -> tuple[int, int]:
    work = seeker.truck.work
    ways = work.points[seeker.last].ways
    banned = {way.site for way in ways} - {choice.site for choice in seeker.choices}
    allowed = [way for way in ways if way.site not in banned] or list(ways)
    return seeker.last, min(allowed, key=lambda way: (way.to_wh, way.site)).site
