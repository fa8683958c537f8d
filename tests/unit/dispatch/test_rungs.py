"""The ladder's rule: in time, upwards only, round what is broken, and to a person in the end."""

from hypothesis import given
from hypothesis import strategies as st

from dispatch.services.channels.rungs import LAST_WAIT_S, Rung, Standing, next_step

RUNGS = (Rung(30.0, ("obu", "wechat")), Rung(90.0, ("sms",)))
END_S = 90.0 + LAST_WAIT_S
NAMES = ["obu", "wechat", "sms"]
standings = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(Standing))


def test_in_the_first_half_minute_the_page_has_it_to_itself() -> None:
    assert next_step(0.0, {}, RUNGS).look_after_s == 30.0
    assert next_step(29.9, {}, RUNGS).start == ()


def test_each_rung_is_entered_when_its_time_has_come() -> None:
    second = next_step(30.0, {}, RUNGS)
    assert (second.start, second.look_after_s) == (("obu", "wechat"), 90.0)
    sent = {"obu": Standing.SENT, "wechat": Standing.SPENT}
    third = next_step(90.0, sent, RUNGS)
    assert (third.start, third.look_after_s) == (("sms",), END_S)
    last = next_step(END_S, sent | {"sms": Standing.SENT}, RUNGS)
    assert (last.start, last.look_after_s) == ((), None)


def test_what_is_spent_costs_no_time() -> None:
    spent = {"obu": Standing.SPENT, "wechat": Standing.SPENT}
    assert next_step(31.0, spent, RUNGS).start == ("sms",)
    assert next_step(31.0, spent | {"sms": Standing.SPENT}, RUNGS).look_after_s is None


def test_a_look_that_comes_late_leaves_the_last_rung_its_time() -> None:
    late = next_step(500.0, {}, RUNGS)
    assert late.start == ("obu", "wechat", "sms")
    assert late.look_after_s == 500.0 + LAST_WAIT_S


@given(st.floats(0, 1000), standings)
def test_only_what_is_free_is_begun_and_there_is_always_a_next_look(
    waited_s: float, standing: dict[str, Standing]
) -> None:
    step = next_step(waited_s, standing, RUNGS)
    assert all(standing.get(name, Standing.FREE) is Standing.FREE for name in step.start)
    if step.look_after_s is None:
        assert not step.start
        assert waited_s >= END_S or standing.get("sms") is Standing.SPENT
    else:
        assert step.look_after_s > waited_s


@given(standings)
def test_whatever_happens_a_person_is_told_in_the_end(standing: dict[str, Standing]) -> None:
    waited_s, mine = 0.0, dict(standing)
    for _ in range(10):
        step = next_step(waited_s, mine, RUNGS)
        mine |= dict.fromkeys(step.start, Standing.UNDER_WAY)
        if step.look_after_s is None:
            return
        waited_s = step.look_after_s
    raise AssertionError("nobody was told")
