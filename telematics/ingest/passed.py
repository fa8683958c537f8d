"""What a kept batch brought goes to those who wait for it, after its commit."""

from typing import Any

from telematics.ingest.keep import News
from telematics.services.alarms import promise_ringing
from telematics.services.asking import promise_answers


def pass_on(news: News, connection: Any) -> None:
    """Promise what follows from a batch; `connection` has nothing uncommitted on it.

    If this is lost, the ticks come within seconds.
    """
    if news.has_breaches_changed:
        promise_ringing(connection)
    if news.asking:
        promise_answers(connection, news.asking)
