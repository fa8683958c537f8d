"""Write letters: what each attempt says, to whom, in the driver's own language."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation

from dispatch.models import ChannelName, DriverNotice, NoticeDelivery
from dispatch.services.channels.channel import Letter
from dispatch.services.channels.words import station_of, text_of, time_of, title_of
from fleet.models import Shift

RIDES_FOR = timedelta(minutes=2)


def letters_of(rows: Sequence[NoticeDelivery], *, now: datetime) -> dict[int, Letter]:
    """Return the letters of attempts by the attempt's key; two queries for all of them."""
    drivers = {row.notice.driver_id for row in rows}
    shifts = Shift.objects.filter(driver__in=drivers, ended_at__isnull=True)
    driven = set(shifts.values_list("driver_id", "truck_id"))
    texted = _texted(drivers, now=now)
    return {row.pk: _letter(row, driven, texted, now=now) for row in rows}


def _texted(drivers: Iterable[int], *, now: datetime) -> Counter[int]:
    sent = NoticeDelivery.objects.filter(
        channel=ChannelName.SMS,
        outcome__in=[NoticeDelivery.Outcome.SENT, NoticeDelivery.Outcome.UNKNOWN],
        notice__driver__in=drivers,
        at__gt=now - timedelta(hours=1),
    )
    return Counter(sent.values_list("notice__driver_id", flat=True))


def _letter(
    row: NoticeDelivery, driven: set[tuple[int, int]], texted: Counter[int], *, now: datetime
) -> Letter:
    notice, driver = row.notice, row.notice.driver
    swap = notice.assignment
    if swap is None:
        raise ValueError(f"notice {notice.pk} must be seen but is of no promise")
    language = driver.user.language if driver.user else settings.LANGUAGE_CODE
    with translation.override(language):
        station = station_of(swap)
        time_text = time_of(swap, kind=notice.kind)
        text = text_of(notice.kind, station=station, time_text=time_text)
        title = title_of(notice.kind)
    is_driving = (driver.pk, swap.truck_id) in driven
    is_offer = notice.kind == DriverNotice.Kind.OFFERED
    return Letter(
        key=row.key,
        kind=notice.kind,
        driver_id=driver.pk,
        truck_id=swap.truck_id if is_driving else None,
        phone=driver.phone,
        wechat_openid=driver.wechat_openid,
        language=language,
        title=title,
        station=station,
        time_text=time_text,
        text=text,
        recent_sms=texted[driver.pk],
        expires_at=max(now, swap.offer_expires_at) if is_offer else now + RIDES_FOR,
        now=now,
    )
