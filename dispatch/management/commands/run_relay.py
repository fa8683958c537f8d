"""Ring the work that waits in PostgreSQL and publish the news for drivers (ADR 0003)."""

import json
import logging
import os
import signal
import threading
import time
from typing import Any

import psycopg
import redis
from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from kombu.exceptions import OperationalError as BrokerError

from dispatch.services.outbox import (
    beat,
    claim_due_jobs,
    promise_ticks,
    unclaim_jobs,
    unsent_notices,
)
from dispatch.tasks import SCHEDULE
from fleet import clock
from fleet.services.jobs import WAKE_CHANNEL

log = logging.getLogger(__name__)
POLL_S = 1.0
BEAT_EVERY_S = 2.0
LONGEST_WAIT_S = 5.0


class Command(BaseCommand):
    """Run until stopped; several may run at once, and any may be killed at any moment."""

    help = "Ring pending jobs on Celery, tick the schedule, publish news to drivers' pages."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the relay in this process."""
        relay = Relay()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: relay.stopping.set())
        relay.run()


class Relay:
    """The loop; it outlives the loss of the broker and of the database."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.name = f"relay:{os.uname().nodename}:{os.getpid()}"
        self.ticked: dict[str, int] = {}
        self.beat_s = 0.0
        self.broker: Any = None
        self.redis = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
        )

    def run(self) -> None:
        """Go round until told to stop; after a failure wait, twice as long each time."""
        failures = 0
        while not self.stopping.is_set():
            try:
                self.listen()
                failures = 0
                while not self.stopping.is_set():
                    self.go_round()
                    self.wait_for_work()
            except (DatabaseError, InterfaceError, psycopg.Error) as error:
                log.warning("relay lost the database: %s", error)
                connection.close()
                self.stopping.wait(min(0.1 * 2**failures, LONGEST_WAIT_S))
                failures += 1

    def listen(self) -> None:
        """Open the connection and ask to be woken at commits that leave work."""
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {WAKE_CHANNEL}")

    def wait_for_work(self) -> None:
        """Sleep until a commit wakes us, at most `POLL_S`."""
        for _ in connection.connection.notifies(timeout=POLL_S, stop_after=1):
            pass

    def go_round(self) -> None:
        """Do everything there is to do now."""
        promise_ticks(SCHEDULE, last=self.ticked)
        self.ring()
        self.publish()
        if time.monotonic() - self.beat_s > BEAT_EVERY_S:
            self.beat_s = time.monotonic()
            beat("relay", process=self.name)

    def ring(self) -> None:
        """Send each due job's id to its task; what the broker does not take stays due."""
        jobs = claim_due_jobs()
        for index, job in enumerate(jobs):
            try:
                self._send(job.name, job.id, job.queue)
            except (BrokerError, redis.RedisError, OSError) as error:
                log.warning("relay cannot ring: %s", error)
                self._drop_broker()
                unclaim_jobs([left.id for left in jobs[index:]])
                return

    def _send(self, name: str, job_id: int, queue: str) -> None:
        if self.broker is None:
            self.broker = current_app.connection_for_write()
        producer = current_app.amqp.Producer(self.broker)
        current_app.send_task(
            name, args=[job_id], queue=queue, producer=producer, retry=False, ignore_result=True
        )

    def _drop_broker(self) -> None:
        if self.broker is not None:
            self.broker.release()
        self.broker = None

    def publish(self) -> None:
        """Publish unsent news on `driver.<id>`; what Redis does not take stays unsent."""
        try:
            with unsent_notices(now=clock.now) as notices:
                for notice in notices:
                    body = {"notice": notice.pk, "kind": notice.kind, **notice.body}
                    self.redis.publish(f"driver.{notice.driver_id}", json.dumps(body))
        except redis.RedisError as error:
            log.warning("relay cannot publish: %s", error)
