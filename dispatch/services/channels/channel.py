"""What every channel is to the ladder: a letter goes in, a receipt or one of three refusals out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """News of one promise as a channel needs it, in the driver's language.

    `key` is the same for every attempt on a channel. `truck_id` is None when the driver is not
    on shift with the truck. `recent_sms` counts text messages to the driver in the last hour.
    """

    key: str
    kind: str
    driver_id: int
    truck_id: int | None
    phone: str
    wechat_openid: str
    language: str
    title: str
    station: str
    time_text: str
    text: str
    recent_sms: int
    expires_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """The channel took the letter; its own number for it, if it gives one."""

    provider_id: str = ""


class ChannelError(Exception):
    """The letter was not taken; `code` says why, without naming anybody."""

    outcome = "failed"  # try again

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code[:80]


class RefusedError(ChannelError):
    """The gateway will never take it."""

    outcome = "refused"


class ImpossibleError(ChannelError):
    """There is no way to try: no number, the channel is off, the unit is silent."""

    outcome = "impossible"


class Channel(Protocol):
    """A way to a driver."""

    is_local: bool
    """Its letters are rows of our own, written with their outcome in one transaction."""

    def send(self, letter: Letter) -> Receipt:
        """Hand the letter over, once for each `key` if the other side knows keys.

        Raises
        ------
        ChannelError
            Perhaps later. RefusedError, ImpossibleError: never.
        """
        ...
