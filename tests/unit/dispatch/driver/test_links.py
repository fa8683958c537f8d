"""Navigation links lead to the gate, each in the datum its app expects."""

import re

import pytest

from dispatch.driver.links import navigation_links
from telematics.protocols.datum import Position
from tests.unit.telematics.protocols.test_datum import VECTORS, apart_m

NAME = "曹妃甸港东站"
QUOTED = "%E6%9B%B9%E5%A6%83%E7%94%B8%E6%B8%AF%E4%B8%9C%E7%AB%99"


def links() -> dict[tuple[str, str], str]:
    made = navigation_links(NAME, latitude_deg=39.0, longitude_deg=118.5)
    return {(link.app, link.system): link.href for link in made}


def test_amap_gets_wgs84_and_is_told_so() -> None:
    for scheme, system in (("androidamap", "android"), ("iosamap", "ios")):
        assert links()["amap", system] == (
            f"{scheme}://navi?sourceApplication=yizhan&poiname={QUOTED}"
            "&lat=39.000000&lon=118.500000&dev=1&style=2"
        )


def test_amap_web_gets_gcj02_longitude_first() -> None:
    assert links()["amap_web", ""] == (
        f"https://uri.amap.com/navigation?to=118.505981,39.000940,{QUOTED}"
        "&mode=car&src=yizhan&coordinate=gaode&callnative=1"
    )


def test_baidu_gets_bd09() -> None:
    assert links()["baidu", ""] == (
        f"baidumap://map/direction?destination=name:{QUOTED}|latlng:39.006602,118.512593"
        "&coord_type=bd09ll&mode=driving&src=yizhan"
    )


def test_geo_gets_wgs84() -> None:
    assert links()["other", ""] == f"geo:39.000000,118.500000?q=39.000000,118.500000({QUOTED})"


def test_a_name_cannot_break_out_of_its_parameter() -> None:
    for link in navigation_links("A&lat=0|x:1,2)#", latitude_deg=39.0, longitude_deg=118.5):
        assert link.href.count("&lat=") == (link.app == "amap")
        assert "#" not in link.href


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09"), VECTORS)
def test_each_app_is_sent_within_a_metre_of_the_gate(
    wgs84: Position, gcj02: Position, bd09: Position
) -> None:
    made = navigation_links("X", latitude_deg=wgs84[0], longitude_deg=wgs84[1])
    hrefs = {link.app: link.href for link in made}
    to = re.search(r"to=([\d.]+),([\d.]+),", hrefs["amap_web"])
    baidu = re.search(r"latlng:([\d.]+),([\d.]+)&", hrefs["baidu"])
    amap = re.search(r"lat=([\d.]+)&lon=([\d.]+)&dev=1", hrefs["amap"])
    geo = re.search(r"geo:([\d.]+),([\d.]+)", hrefs["other"])
    assert to
    assert baidu
    assert amap
    assert geo
    assert apart_m((float(to[2]), float(to[1])), gcj02) < 1
    assert apart_m((float(baidu[1]), float(baidu[2])), bd09) < 1
    assert apart_m((float(amap[1]), float(amap[2])), wgs84) < 1
    assert apart_m((float(geo[1]), float(geo[2])), wgs84) < 1
