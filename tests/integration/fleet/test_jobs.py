"""Work is promised once, taken once, and not lost by a crash of its holder."""

import threading

import pytest
from django.db import connection
from django.db.models.functions import Now

from fleet.models import Job
from fleet.services.jobs import (
    MAX_ATTEMPTS,
    fail_job,
    finish_job,
    promise_job,
    put_back_job,
    take_job,
)

pytestmark = pytest.mark.django_db


def promised() -> Job:
    promise_job(name="test.work", key="1", region_id=3)
    return Job.objects.get()


def test_equal_work_is_promised_once() -> None:
    assert promise_job(name="test.work", key="1")
    assert not promise_job(name="test.work", key="1")
    assert Job.objects.count() == 1


def test_a_taken_job_is_in_one_pair_of_hands() -> None:
    job = promised()
    held = take_job(job.pk, lease_s=30)
    assert held is not None
    assert take_job(job.pk, lease_s=30) is None
    assert finish_job(held)
    assert take_job(job.pk, lease_s=30) is None


def test_who_lost_the_lease_cannot_finish() -> None:
    job = promised()
    first = take_job(job.pk, lease_s=-1)
    second = take_job(job.pk, lease_s=30)
    assert first is not None
    assert second is not None
    assert not finish_job(first)
    assert finish_job(second)


def test_failures_wait_longer_and_end() -> None:
    job = promised()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        Job.objects.filter(pk=job.pk).update(leased_until=None)
        held = take_job(job.pk, lease_s=30)
        assert held is not None
        assert held.attempts == attempt
        assert fail_job(held, error="boom")
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, "boom")


def test_a_busy_job_stays_pending_and_counts_no_attempt() -> None:
    job = promised()
    held = take_job(job.pk, lease_s=30)
    assert held is not None
    assert put_back_job(held, wait_s=5)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.PENDING, 0)


@pytest.mark.django_db(transaction=True)
def test_racing_takers_one_wins() -> None:
    job = promised()
    won: list[bool] = []
    start = threading.Barrier(8)

    def race() -> None:
        start.wait()
        won.append(take_job(job.pk, lease_s=30) is not None)
        connection.close()

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]
    assert Job.objects.filter(pk=job.pk, leased_until__gt=Now()).exists()
