"""Subscription messages of a WeChat mini program (`subscribeMessage.send`), by its own template.

A driver gets them only after consenting in the mini program, which knows the driver's `openid`:
once for each message, or for long where the program is registered for transport.
"""

from typing import Any

from django.conf import settings

from dispatch.services.channels.channel import (
    ChannelError,
    ImpossibleError,
    Letter,
    Receipt,
    RefusedError,
)
from dispatch.services.channels.http import json_bytes, post

OK = 0
TOKEN_IS_OLD = {40001, 40014, 42001}
PASSING = {-1, 45009, 45011}  # busy, too much today, too much just now
THING_CHARACTERS = 20
"""The most a field of the kind `thing` takes."""


class WeChat:
    """The service account of one mini program; keeps its access token in this process."""

    is_local = False

    def __init__(self) -> None:
        self._token = ""

    def send(self, letter: Letter) -> Receipt:
        """Send the template; an access token that has run out is renewed once."""
        if not (settings.WECHAT_APP_ID and settings.WECHAT_TEMPLATE_ID):
            raise ImpossibleError("off")
        if not letter.wechat_openid:
            raise ImpossibleError("no_openid")
        code, answer = self._send(letter)
        if code in TOKEN_IS_OLD:
            self._token = ""
            code, answer = self._send(letter)
        if code == OK:
            return Receipt(str(answer.get("msgid", ""))[:64])
        is_passing = code in PASSING | TOKEN_IS_OLD
        raise (ChannelError if is_passing else RefusedError)(f"wechat_{code}")

    def _send(self, letter: Letter) -> tuple[int, dict[str, Any]]:
        values = (letter.title, letter.station, letter.time_text)
        fields = zip(settings.WECHAT_FIELDS, values, strict=True)
        body = {
            "touser": letter.wechat_openid,
            "template_id": settings.WECHAT_TEMPLATE_ID,
            "lang": "zh_CN" if letter.language.startswith("zh") else "en_US",
            "data": {name: {"value": text[:THING_CHARACTERS]} for name, text in fields},
        }
        if settings.WECHAT_PAGE:
            body["page"] = settings.WECHAT_PAGE
        token = self._token or self._ask_token()
        path = "/cgi-bin/message/subscribe/send"
        return _answer(post(f"{settings.WECHAT_URL}{path}?access_token={token}", json_bytes(body)))

    def _ask_token(self) -> str:
        """Ask for the token all processes share until it runs out (`stable_token`)."""
        body = {
            "grant_type": "client_credential",
            "appid": settings.WECHAT_APP_ID,
            "secret": settings.WECHAT_SECRET,
        }
        asked = post(f"{settings.WECHAT_URL}/cgi-bin/stable_token", json_bytes(body))
        code, answer = _answer(asked)
        if not isinstance(answer.get("access_token"), str):
            raise (ChannelError if code in PASSING else RefusedError)(f"wechat_token_{code}")
        self._token = str(answer["access_token"])
        return self._token


def _answer(body: object) -> tuple[int, dict[str, Any]]:
    if not isinstance(body, dict):
        raise ChannelError("answered_nonsense")
    code = body.get("errcode", OK)
    return (code if isinstance(code, int) else -1), body
