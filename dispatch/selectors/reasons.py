"""Why a truck was sent to a station, in one short sentence a driver reads at a glance.

At most 30 Latin or 12 Chinese characters each.
"""

from typing import Any

SENTENCES: dict[str, tuple[str, str]] = {
    "least_delay": ("Least delay of all stations", "全程耽误最少"),
    "nearest": ("Nearest station with packs", "最近且有满电电池"),
    "only_one_in_reach": ("The only station in reach", "唯一可到的换电站"),
    "shortest_wait": ("No queue at this station", "该站无需排队"),
    "rescue": ("Charge is low: swap here", "电量低，就近换电"),
    "by_hand": ("Chosen by your dispatcher", "调度员指定"),
    "made_room": ("Moved to make room", "已调整，为他车让位"),
    "lane_changed": ("The lane or time has changed", "车道或时间有变"),
    "better_station": ("A better station was found", "已为您改到更优站"),
    "station_closed": ("Your station has closed", "原站关闭，已改站"),
}


def sentence(why: dict[str, Any]) -> dict[str, str]:
    """Return code and sentences of a stored reason; an unknown code reads as the commonest."""
    code = str(why.get("code", "least_delay"))
    text, text_zh = SENTENCES.get(code, SENTENCES["least_delay"])
    return {"code": code, "text": text, "text_zh": text_zh}
