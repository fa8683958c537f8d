"""Navigation links lead to the gate, each in the datum its app expects."""

from dispatch.driver.links import navigation_links

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
