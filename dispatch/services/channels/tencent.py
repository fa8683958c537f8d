"""Text messages by Tencent Cloud: API 3.0, `SendSms` of 2021-01-11, signed with TC3-HMAC-SHA256.

Chinese networks carry only approved templates: theirs gets the station, lane and time as its
parameters 1 and 2. The gateway knows no keys; ours goes along as `SessionContext` and comes back
in its reports, so that a message sent twice can be told.
"""

import hashlib
import hmac
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings

from dispatch.services.channels.channel import (
    ChannelError,
    ImpossibleError,
    Letter,
    Receipt,
    RefusedError,
)
from dispatch.services.channels.http import json_bytes, post
from dispatch.services.channels.sms import number_of

ALGORITHM = "TC3-HMAC-SHA256"
TYPE = "application/json; charset=utf-8"
# What may pass by itself: too much at once, or something broke over there.
PASSING = ("InternalError", "RequestLimitExceeded", "ResourceUnavailable", "FailedOperation.Time")


class TencentSms:
    """The gateway of Tencent Cloud."""

    is_local = False

    def send(self, letter: Letter) -> Receipt:
        """Send the template of the news's kind."""
        template = settings.TENCENT_SMS_TEMPLATES.get(letter.kind)
        if not template:
            raise ImpossibleError("no_template")
        body = json_bytes(
            {
                "PhoneNumberSet": [number_of(letter)],
                "SmsSdkAppId": settings.TENCENT_SMS_APP_ID,
                "SignName": settings.TENCENT_SMS_SIGN,
                "TemplateId": template,
                "TemplateParamSet": [letter.station, letter.time_text],
                "SessionContext": letter.key,
            }
        )
        headers = signed_headers(body, action="SendSms", at_s=int(time.time()))
        return _receipt(post(settings.SMS_URL, body, **headers))


def signed_headers(body: bytes, *, action: str, at_s: int) -> dict[str, str]:
    """Return the headers of a signed call; the signature covers type, host, action and body."""
    host = urlsplit(settings.SMS_URL).netloc
    service = "sms"
    day = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d")
    names = "content-type;host;x-tc-action"
    asked = "\n".join(
        [
            *("POST", "/", ""),
            *(f"content-type:{TYPE}", f"host:{host}", f"x-tc-action:{action.lower()}", ""),
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{day}/{service}/tc3_request"
    digest = hashlib.sha256(asked.encode()).hexdigest()
    signed = "\n".join([ALGORITHM, str(at_s), scope, digest])
    key = f"TC3{settings.TENCENT_SECRET_KEY}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, signed.encode(), "sha256").hex()
    credential = f"{settings.TENCENT_SECRET_ID}/{scope}"
    return {
        "Authorization": f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, "
        f"Signature={signature}",
        "X_TC_Action": action,
        "X_TC_Version": "2021-01-11",
        "X_TC_Timestamp": str(at_s),
        "X_TC_Region": settings.TENCENT_REGION,
    }


def _receipt(answer: object) -> Receipt:
    """Return the serial number, or raise what the gateway has against the message."""
    try:
        inner = answer["Response"]  # type: ignore[index]  # a KeyError or TypeError is nonsense
        status = inner["Error"] if "Error" in inner else inner["SendStatusSet"][0]
        code = str(status["Code"])
    except (KeyError, IndexError, TypeError) as error:
        raise ChannelError("answered_nonsense") from error
    if code == "Ok":
        return Receipt(str(status.get("SerialNo", ""))[:64])
    raise ChannelError(code) if code.startswith(PASSING) else RefusedError(code)
