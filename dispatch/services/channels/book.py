"""Which channels there are, by the settings."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from dispatch.models import ChannelName
from dispatch.services.channels.channel import Channel
from dispatch.services.channels.rungs import Rung
from dispatch.services.channels.sms import HttpSms, NoSms
from dispatch.services.channels.tencent import TencentSms
from dispatch.services.channels.unit import OnboardUnit
from dispatch.services.channels.wechat import WeChat

GATEWAYS: Mapping[str, type[NoSms | HttpSms | TencentSms]] = {
    "off": NoSms,
    "http": HttpSms,
    "tencent": TencentSms,
}


@cache
def channels() -> Mapping[str, Channel]:
    """Return the channels by name; the driver's page is not among them, the relay speaks to it."""
    return {
        ChannelName.OBU: OnboardUnit(),
        ChannelName.WECHAT: WeChat(),
        ChannelName.SMS: GATEWAYS[settings.SMS_GATEWAY](),
    }


def rungs() -> tuple[Rung, ...]:
    """Return the ladder beyond the open page, which is told at the commit."""
    return (
        Rung(settings.NOTICE_SECOND_S, (ChannelName.OBU, ChannelName.WECHAT)),
        Rung(settings.NOTICE_SMS_S, (ChannelName.SMS,)),
    )
