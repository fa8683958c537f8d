"""Text messages: the number as networks write it, a cap a driver, and a gateway of one's own."""

import re

from django.conf import settings

from dispatch.services.channels.channel import ImpossibleError, Letter, Receipt
from dispatch.services.channels.http import json_bytes, post

CHINESE_MOBILE = re.compile(r"1\d{10}")
E164 = re.compile(r"\+[1-9]\d{6,14}")


def number_of(letter: Letter) -> str:
    """Return the driver's number in E.164; a Chinese mobile may be written without +86.

    Raises
    ------
    ImpossibleError
        `no_phone`, `odd_phone`, `too_many` text messages in the last hour.
    """
    digits = re.sub(r"[\s()-]", "", letter.phone)
    if not digits:
        raise ImpossibleError("no_phone")
    number = f"+86{digits}" if CHINESE_MOBILE.fullmatch(digits) else digits
    if not E164.fullmatch(number):
        raise ImpossibleError("odd_phone")
    if letter.recent_sms >= settings.SMS_A_DRIVER_AN_HOUR:
        raise ImpossibleError("too_many")
    return number


class NoSms:
    """Text messages are off, as they are until a gateway is named."""

    is_local = True

    def send(self, letter: Letter) -> Receipt:
        """Refuse, and name a missing number first: that can be put right in the registry."""
        number_of(letter)
        raise ImpossibleError("off")


class HttpSms:
    """A gateway of one's own: `POST {to, text, id}` with `Idempotency-Key`; any 2xx takes it."""

    is_local = False

    def send(self, letter: Letter) -> Receipt:
        """Post the message; what comes back as `id` is the gateway's number."""
        body = {"to": number_of(letter), "text": letter.text, "id": letter.key}
        answer = post(
            settings.SMS_URL,
            json_bytes(body),
            Idempotency_Key=letter.key,
            Authorization=f"Bearer {settings.SMS_TOKEN}",
        )
        number = answer.get("id", "") if isinstance(answer, dict) else ""
        return Receipt(str(number)[:64])
