"""News climbs from channel to channel until it is seen, through gateways that fail."""

import itertools
from datetime import datetime, timedelta

import pytest

from dispatch.management.gateways.play import Gateways
from dispatch.models import ChannelName, DriverNotice, NoticeDelivery, SwapAssignment
from dispatch.selectors.attention import Sight
from dispatch.selectors.attention.calls import call_groups
from dispatch.selectors.news import news_of, sights, unseen
from dispatch.services.channels.channel import Channel
from dispatch.services.channels.deliver import deliver
from dispatch.services.channels.ladder import climb
from dispatch.services.channels.seen import Shown, note_shown, note_shown_on_unit
from dispatch.services.channels.sms import HttpSms, NoSms
from dispatch.services.channels.tencent import TencentSms
from dispatch.services.channels.unit import OnboardUnit
from dispatch.services.channels.wechat import WeChat
from dispatch.services.news import tell_driver
from dispatch.services.outbox import unsent_notices
from dispatch.services.promises.moves import move_assignment
from fleet.models import Driver, SwapStation
from fleet.services.shifts import end_shift
from telematics.models import Alarm, Downlink
from tests.builders import NOW, make_assignment, make_user
from tests.scenes import Scene

pytestmark = [pytest.mark.django_db]


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class Ladder:
    """An offer to a driver on shift, and a clock that is turned by hand."""

    def __init__(self, *, sms: Channel | None = None, **driver: str) -> None:
        scene = Scene()
        self.truck = scene.add_truck()
        self.station = scene.add_station()
        self.driver = scene.shift_of(self.truck).driver
        self.driver.user = make_user(scene.carrier, "driver", language="zh-hans")
        for name, value in {"phone": "13803150001", "wechat_openid": "openid-1", **driver}.items():
            setattr(self.driver, name, value)
        self.driver.save()
        self.channels: dict[str, Channel] = {
            "obu": OnboardUnit(),
            "wechat": WeChat(),
            "sms": sms or HttpSms(),
        }
        self.offer = self.offered()

    def offered(self, at_s: float = 0.0) -> SwapAssignment:
        now = NOW + timedelta(seconds=at_s)
        offer = make_assignment(
            self.truck,
            self.station,
            self.driver,
            offered_at=now,
            offer_expires_at=now + timedelta(minutes=2),
        )
        tell_driver(offer, kind="offered", now=now)
        return offer

    def pass_to(self, seconds: int, *, since: int = 0) -> None:
        """Let the worker look every two seconds, as it does."""
        for second in range(since, seconds + 1, 2):
            self.work(second)

    def work(self, second: float) -> None:
        now = NOW + timedelta(seconds=second)
        climb(now=now)
        while deliver(channels=self.channels, now=now):
            climb(now=now)

    def notice(self, offer: SwapAssignment | None = None) -> DriverNotice:
        return DriverNotice.objects.filter(assignment=offer or self.offer, must_be_seen=True).get()

    def attempts(self, channel: str) -> list[tuple[int, str, str]]:
        rows = NoticeDelivery.objects.filter(notice__driver=self.driver, channel=channel)
        told = rows.order_by("pk").values_list("at", "outcome", "error")
        return [(round((at - NOW).total_seconds()), how, why) for at, how, why in told]

    def calls(self, at_s: float) -> list[str]:
        sight = Sight(
            alarms=Alarm.objects.all(),
            assignments=SwapAssignment.objects.all(),
            stations=SwapStation.objects.all(),
            drivers=Driver.objects.all(),
        )
        groups = call_groups(sight, now=NOW + timedelta(seconds=at_s))
        return [item.detail for group in groups for item in group.worst]


def test_an_offer_nobody_sees_reaches_every_channel_and_then_a_person(gateways: Gateways) -> None:
    ladder = Ladder()
    with unsent_notices(now=lambda: NOW):
        pass
    ladder.pass_to(140)

    assert ladder.attempts("page") == [(0, "sent", "")]
    assert ladder.attempts("obu") == [(30, "sent", "")]
    assert ladder.attempts("wechat") == [(30, "sent", "")]
    assert ladder.attempts("sms") == [(90, "sent", "")]
    wechat, sms = gateways.messages
    assert (wechat.channel, wechat.to) == ("wechat", "openid-1")
    assert (sms.to, len(sms.text) <= 70) == ("+8613803150001", True)
    assert "16:05" in sms.text  # 24 hours, in the service's zone
    assert ladder.truck.plate not in sms.text
    assert ladder.driver.name not in sms.text
    assert Downlink.objects.get(kind="message").body == {"text": sms.text}
    assert ladder.notice().given_up_at == after(120)
    assert ladder.calls(140) == [f"{ladder.driver.name} · 13803150001"]
    assert ladder.calls(3600) == []
    assert list(unseen(SwapAssignment.objects.all())) == [ladder.offer]
    assert sights([ladder.offer.pk])[ladder.offer.pk].is_given_up
    [notice] = news_of(ladder.offer)
    assert [row.channel for row in notice.deliveries.all()] == ["page", "obu", "wechat", "sms"]


def test_a_driver_is_written_of_a_station_in_its_own_language(gateways: Gateways) -> None:
    ladder = Ladder()
    ladder.station.name, ladder.station.name_zh = "Caofeidian North", "曹妃甸北"
    ladder.station.save()
    ladder.pass_to(140)

    _, sms = gateways.messages
    assert "曹妃甸北" in sms.text
    assert "Caofeidian" not in sms.text


@pytest.mark.parametrize("seen_s", [10, 40, 100, 130])
def test_what_is_seen_climbs_no_further(gateways: Gateways, seen_s: int) -> None:
    ladder = Ladder()
    ladder.pass_to(seen_s)
    sent = len(gateways.messages)

    shown = [Shown(ladder.offer.pk, 1)]
    assert (
        note_shown(shown, driver_id=ladder.driver.pk, on=ChannelName.PAGE, now=after(seen_s)) == 1
    )
    assert (
        note_shown(shown, driver_id=ladder.driver.pk, on=ChannelName.PAGE, now=after(seen_s + 1))
        == 0
    )
    ladder.pass_to(300, since=seen_s + 2)

    assert len(gateways.messages) == sent
    assert ladder.calls(300) == []
    assert not unseen(SwapAssignment.objects.all()).exists()
    assert sights([ladder.offer.pk])[ladder.offer.pk].seen_at == after(seen_s)


def test_a_gateway_that_is_down_is_tried_again_and_then_passed_by(gateways: Gateways) -> None:
    gateways.faults = {"wechat": "down", "sms": "down"}
    ladder = Ladder()
    ladder.pass_to(34)
    assert [how for _, how, _ in ladder.attempts("wechat")] == ["failed", "failed", "sending"]
    ladder.pass_to(92, since=36)
    gateways.faults = {}
    ladder.pass_to(98, since=94)

    assert [how for _, how, _ in ladder.attempts("wechat")] == ["failed"] * 3
    assert ladder.attempts("sms")[:2] == [(90, "failed", "http_503"), (92, "failed", "http_503")]
    assert [how for _, how, _ in ladder.attempts("sms")][2:] == ["sent"]
    assert [message.channel for message in gateways.messages] == ["sms"]


def test_where_no_channel_of_a_rung_works_the_next_is_due_at_once(gateways: Gateways) -> None:
    ladder = Ladder(wechat_openid="")
    end_shift(ladder.driver, now=NOW)  # the unit is no longer this driver's
    offer = ladder.offer
    offer.answered_at = NOW
    offer.save()
    SwapAssignment.objects.filter(pk=offer.pk).update(state="accepted")
    move_assignment(assignment_id=offer.pk, to="cancelled", now=NOW, replans=False)
    ladder.pass_to(32)

    assert ladder.attempts("obu") == [(30, "impossible", "off_shift")]
    assert ladder.attempts("wechat") == [(30, "impossible", "no_openid")]
    assert ladder.attempts("sms") == [(30, "sent", "")]


def test_a_missing_number_is_said_and_a_person_told_at_once(gateways: Gateways) -> None:
    ladder = Ladder(phone="")
    ladder.pass_to(92)

    assert ladder.attempts("sms") == [(90, "impossible", "no_phone")]
    assert ladder.notice().given_up_at == after(90)
    assert ladder.calls(92)[0].startswith(ladder.driver.name)
    assert not ladder.calls(92)[0].endswith("· ")


def test_text_messages_are_off_until_a_gateway_is_named(gateways: Gateways) -> None:
    ladder = Ladder(sms=NoSms())
    ladder.pass_to(92)
    assert ladder.attempts("sms") == [(90, "impossible", "off")]
    assert ladder.calls(92)


def test_nobody_off_shift_is_disturbed_by_an_offer(gateways: Gateways) -> None:
    ladder = Ladder()
    end_shift(ladder.driver, now=NOW)
    ladder.pass_to(200)
    assert not gateways.messages
    assert not NoticeDelivery.objects.exists()
    assert ladder.calls(200) == []


def test_newer_news_takes_over_with_its_waiting(gateways: Gateways) -> None:
    ladder = Ladder()
    ladder.pass_to(60)
    move_assignment(assignment_id=ladder.offer.pk, to="diverted", now=after(60), replans=False)
    second = ladder.offered(at_s=60)
    ladder.pass_to(90, since=62)

    assert ladder.notice().look_at is None
    assert ladder.notice(second).unseen_since == NOW
    assert ladder.attempts("sms") == [(90, "sent", "")]
    assert [message.channel for message in gateways.messages] == ["wechat", "wechat", "sms"]


def test_text_messages_keep_a_distance_and_have_a_cap(gateways: Gateways) -> None:
    ladder = Ladder()
    offer = ladder.offer
    for second in range(0, 1200, 10):
        if second and second % 110 == 0:
            now = after(second)
            move_assignment(assignment_id=offer.pk, to="diverted", now=now, replans=False)
            offer = ladder.offered(at_s=second)
        ladder.work(second)
    sent = [at for at, how, _ in ladder.attempts("sms") if how == "sent"]
    assert len(sent) == 6
    assert min(b - a for a, b in itertools.pairwise(sent)) >= 60
    assert ladder.attempts("sms")[-1][2] == "too_many"


def test_an_offer_that_runs_out_unseen_is_a_persons_business(gateways: Gateways) -> None:
    ladder = Ladder()
    ladder.pass_to(50)
    move_assignment(assignment_id=ladder.offer.pk, to="expired", now=after(51), replans=False)
    ladder.pass_to(92, since=52)
    assert not ladder.attempts("sms")
    assert len(ladder.calls(92)) == 1


def test_a_units_word_counts_for_its_own_truck_alone(gateways: Gateways) -> None:
    ladder, other = Ladder(), Ladder()
    ladder.pass_to(30)
    ride = Downlink.objects.get(kind="message", truck=ladder.truck)
    for message_ids in ([ride.pk], [ride.pk + 9]):
        stranger = note_shown_on_unit(
            other.truck.pk, shown=[Shown(ladder.offer.pk)], message_ids=message_ids, now=after(31)
        )
        assert stranger == 0
    seen = note_shown_on_unit(ladder.truck.pk, shown=[], message_ids=[ride.pk], now=after(31))
    assert seen == 1
    assert ladder.notice().seen_on == "obu"


def test_a_later_version_was_not_seen_by_an_older_card(gateways: Gateways) -> None:
    ladder = Ladder()
    SwapAssignment.objects.filter(pk=ladder.offer.pk).update(version=2)
    ladder.offer.refresh_from_db()
    tell_driver(ladder.offer, kind="changed", now=after(5), why={"code": "least_delay"})
    note_shown(
        [Shown(ladder.offer.pk, 1)], driver_id=ladder.driver.pk, on=ChannelName.PAGE, now=after(6)
    )
    seen = DriverNotice.objects.filter(seen_at__isnull=False)
    assert [row.kind for row in seen] == ["offered"]


def test_a_driver_who_ends_the_shift_is_not_told_of_it(gateways: Gateways) -> None:
    ladder = Ladder()
    SwapAssignment.objects.filter(pk=ladder.offer.pk).update(state="accepted", answered_at=NOW)
    by = ladder.driver.user
    move_assignment(assignment_id=ladder.offer.pk, to="cancelled", now=NOW, by=by, replans=False)
    assert not DriverNotice.objects.filter(kind="ended", must_be_seen=True).exists()


def test_tencent_takes_what_is_signed_and_says_what_it_has_against_it(
    gateways: Gateways, settings: object
) -> None:
    ladder = Ladder(sms=TencentSms())
    ladder.pass_to(92)
    [sms] = [message for message in gateways.messages if message.channel == "sms"]
    assert sms.text.startswith("11 · ")
    assert sms.key == f"{ladder.notice().pk}-sms"

    settings.TENCENT_SECRET_KEY = "another"  # type: ignore[attr-defined]  # pytest's wrapper
    other = Ladder(sms=TencentSms())
    other.pass_to(92)
    assert other.attempts("sms") == [(90, "refused", "AuthFailure.SignatureFailure")]


def test_a_driver_who_took_wechat_back_is_texted(gateways: Gateways) -> None:
    ladder = Ladder(wechat_openid="refuses-1")
    ladder.pass_to(92)
    assert ladder.attempts("wechat") == [(30, "refused", "wechat_43101")]
    assert ladder.attempts("sms") == [(90, "sent", "")]
