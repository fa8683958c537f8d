"""The page of the life-cycle says what the code does."""

import re
from pathlib import Path

from dispatch.lifecycle import MOVES
from dispatch.services.promises import moves, watch
from dispatch.services.promises.write import OFFER_LASTS
from dispatch.snapshot.standing import DRIFT_S

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "life-cycle.md"


def test_the_table_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", PAGE.read_text(), re.MULTILINE)
    table = {state: tuple(re.findall(r"`(\w+)`", ends)) for state, ends in rows if state in MOVES}
    assert table == MOVES


def test_the_refusals_are_those_of_the_code() -> None:
    errors = (moves.NotAllowedNowError, moves.OfferExpiredError, moves.StaleVersionError)
    text = PAGE.read_text()
    assert all(f"| `{error.code}` |" in text for error in errors)


def test_the_times_are_those_of_the_code() -> None:
    text = PAGE.read_text()
    minutes = [span.total_seconds() / 60 for span in (watch.NO_SHOW_AFTER, watch.ENDS_AFTER)]
    assert f"{minutes[0]:.0f} minutes after its window, as `no_show`" in text
    assert f"{minutes[1]:.0f} minutes after its window" in text
    assert f"{OFFER_LASTS.total_seconds() / 60:.0f} minutes after it was offered" in text
    assert f"more than {DRIFT_S // 60} minutes late" in text
    assert f"within {watch.GATE_RADIUS_M:.0f} m of the gate" in text


def test_every_end_that_plans_again_is_named() -> None:
    text = PAGE.read_text().split("planned again at once (")[1].split(")")[0]
    assert set(re.findall(r"`(\w+)`", text)) == moves.REPLAN_AFTER
