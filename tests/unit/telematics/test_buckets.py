"""Buckets of one process: what they admit, what they tell, and when they may refuse at all."""

from telematics.ingest.buckets import BURST_S, Allowance, Buckets

ALLOWED = Allowance(requests_s=10, reports_s=2000)
FULL = int(10 * BURST_S)
DEVICE = 7


def shared(requests: float, reports: float = 10_000, *, now_s: float = 0) -> Buckets:
    """Buckets that all processes agree on, with so much left for `DEVICE`."""
    buckets = Buckets(ALLOWED)
    buckets.admit(DEVICE, now_s=now_s)
    buckets.spent()
    for _ in range(FULL):
        buckets.admit(DEVICE, now_s=now_s)
    buckets.spent()
    buckets.settle(DEVICE, requests=requests, reports=reports, now_s=now_s)
    return buckets


def admitted(buckets: Buckets, *, tries: int, now_s: float) -> int:
    return sum(buckets.admit(DEVICE, now_s=now_s) == 0 for _ in range(tries))


def test_nobody_is_refused_before_the_processes_agreed() -> None:
    assert admitted(Buckets(ALLOWED), tries=10 * FULL, now_s=0) == 10 * FULL


def test_a_shared_bucket_admits_what_is_left_and_says_how_long_to_wait() -> None:
    buckets = shared(requests=3)
    assert admitted(buckets, tries=100, now_s=0) == 3
    assert buckets.admit(DEVICE, now_s=0) == 0.1


def test_it_fills_at_its_rate_and_not_above_full() -> None:
    buckets = shared(requests=0)
    assert admitted(buckets, tries=100, now_s=2) == 20
    assert admitted(buckets, tries=1000, now_s=1000) == FULL


def test_reports_are_charged_after_they_are_counted_and_paid_back_in_time() -> None:
    buckets = shared(requests=50, reports=100)
    assert buckets.admit(DEVICE, now_s=0) == 0
    buckets.charge(DEVICE, reports=1100)
    assert buckets.admit(DEVICE, now_s=0) == 0.5
    assert buckets.admit(DEVICE, now_s=0.6) == 0


def test_a_debt_is_never_above_one_full_bucket() -> None:
    buckets = shared(requests=50, reports=1)
    for _ in range(20):
        buckets.charge(DEVICE, reports=1_000_000)
    assert buckets.admit(DEVICE, now_s=0) == BURST_S


def test_a_device_far_from_its_limit_is_settled_by_nobody() -> None:
    buckets = Buckets(ALLOWED)
    for second in range(3600):
        assert buckets.admit(DEVICE, now_s=second) == 0
        buckets.charge(DEVICE, reports=20)
    assert buckets.spent() == {}


def test_what_is_told_is_what_is_missing_now_not_all_that_was_ever_sent() -> None:
    buckets = Buckets(ALLOWED)
    for second in range(3600):
        buckets.admit(DEVICE, now_s=second)
    admitted(buckets, tries=40, now_s=3599)
    assert buckets.spent() == {DEVICE: (41, 0)}
    assert buckets.spent() == {}


def test_requests_spent_while_the_others_were_asked_are_taken_off() -> None:
    buckets = shared(requests=40)
    admitted(buckets, tries=5, now_s=0)
    assert buckets.spent() == {DEVICE: (5, 0)}
    admitted(buckets, tries=4, now_s=0)
    buckets.settle(DEVICE, requests=10, reports=5000, now_s=0)
    assert admitted(buckets, tries=100, now_s=0) == 6


def test_open_buckets_refuse_nobody() -> None:
    buckets = shared(requests=0)
    assert admitted(buckets, tries=10, now_s=0) == 0
    buckets.open()
    assert admitted(buckets, tries=1000, now_s=0) == 1000


def test_devices_not_heard_of_are_forgotten() -> None:
    buckets = shared(requests=0)
    buckets.drop_full(now_s=9)
    assert len(buckets) == 1
    buckets.drop_full(now_s=11)
    assert len(buckets) == 0


def test_devices_do_not_pay_for_each_other() -> None:
    buckets = shared(requests=0)
    assert buckets.admit(DEVICE, now_s=0) > 0
    assert buckets.admit(DEVICE + 1, now_s=0) == 0
