"""Links that open a navigation app at a station, each in the datum its app expects.

Notes
-----
Amap takes WGS-84 with `dev=1` and converts by itself; its web address takes GCJ-02, longitude
first. Baidu takes BD-09 when told so. `geo:` (RFC 5870) is WGS-84.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from telematics.protocols.datum import Datum, from_wgs84

SOURCE = "yizhan"


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A way to open an app; `system` is `android`, `ios` or empty where it works everywhere."""

    app: str
    system: str
    href: str


def navigation_links(
    name: str, *, latitude_deg: float, longitude_deg: float
) -> list[NavigationLink]:
    """Return the links to a place given in WGS-84, the ones most drivers use first."""
    wgs = (latitude_deg, longitude_deg)
    return [
        NavigationLink("amap", "android", _amap("androidamap", name, wgs)),
        NavigationLink("amap", "ios", _amap("iosamap", name, wgs)),
        NavigationLink("baidu", "", _baidu(name, from_wgs84(*wgs, Datum.BD09))),
        NavigationLink("amap_web", "", _amap_web(name, from_wgs84(*wgs, Datum.GCJ02))),
        NavigationLink("other", "", _geo(name, wgs)),
    ]


def _amap(scheme: str, name: str, position: tuple[float, float]) -> str:
    query = {
        "sourceApplication": SOURCE,
        "poiname": name,
        "lat": _six(position[0]),
        "lon": _six(position[1]),
        "dev": 1,
        "style": 2,
    }
    return f"{scheme}://navi?{urlencode(query, quote_via=quote)}"


def _amap_web(name: str, position: tuple[float, float]) -> str:
    to = f"{_six(position[1])},{_six(position[0])},{name}"
    query = {"to": to, "mode": "car", "src": SOURCE, "coordinate": "gaode", "callnative": 1}
    return f"https://uri.amap.com/navigation?{urlencode(query, safe=',', quote_via=quote)}"


def _baidu(name: str, position: tuple[float, float]) -> str:
    to = f"name:{name}|latlng:{_six(position[0])},{_six(position[1])}"
    query = {"destination": to, "coord_type": "bd09ll", "mode": "driving", "src": SOURCE}
    return f"baidumap://map/direction?{urlencode(query, safe=':,|', quote_via=quote)}"


def _geo(name: str, position: tuple[float, float]) -> str:
    place = f"{_six(position[0])},{_six(position[1])}"
    return f"geo:{place}?q={place}({quote(name, safe='')})"


def _six(degrees: float) -> str:
    """Six decimals: a decimetre."""
    return f"{degrees:.6f}"
