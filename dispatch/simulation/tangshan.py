"""Tangshan as a scenario: real ports, mills, mines and towns, made-up swap stations and traffic.

Positions are WGS-84. Mills and coal terminals are facts of the Global Iron and Steel Tracker
(2025-03) and the Global Coal Terminals Tracker (2025-01), Global Energy Monitor, CC BY 4.0; towns
are those of GeoNames (CC BY 4.0); places marked ROUGH are general knowledge, good to a few
kilometres (the tracker puts the Jingtang coal terminal 100 km too far west). No public list of
heavy-truck swap stations has coordinates: every station here is fictitious and stands beside the
real place it names. Qianxi - Qian'an - Jingtang Port is where the first swap trunk of the region
was opened; the flows are plausible, not measured.
"""

from __future__ import annotations

from dataclasses import dataclass

REGION_CODE = "tangshan"
REGION_NAME = "Tangshan"
REGION_NAME_ZH = "唐山"

GEM_STEEL = "Global Energy Monitor, Global Iron and Steel Tracker, 2025-03"
GEM_COAL = "Global Energy Monitor, Global Coal Terminals Tracker, 2025-01"
GEONAMES = "GeoNames"
ROUGH = "general knowledge, good to a few kilometres"

LOAD_T = 31
"""Tonnes a trip: 4.29 Mt went in 138,400 trips of a swap fleet in Tangshan."""

MEAN_TEMPERATURE_C = (-4.5, -1.5, 5.5, 13.5, 19.5, 24.0, 26.0, 25.0, 20.5, 13.0, 4.5, -2.0)
"""Usual mean of each month, January first (general knowledge)."""


@dataclass(frozen=True, slots=True)
class ScenarioPlace:
    """Where trips begin and end; `kind` is port, mill, mine or depot."""

    code: str
    kind: str
    name: str
    name_zh: str
    latitude_deg: float
    longitude_deg: float
    source: str


@dataclass(frozen=True, slots=True)
class StationSite:
    """A fictitious swap station beside the real place `near`."""

    code: str
    name: str
    name_zh: str
    near: str
    latitude_deg: float
    longitude_deg: float
    lanes: int
    slots: int
    slot_power_kw: int
    power_limit_kw: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Goods that go from place to place; `share` weighs it against the other flows."""

    origin: str
    destination: str
    cargo: str
    cargo_zh: str
    load_t: int
    share: int


PLACES = (
    ScenarioPlace("caofeidian-coal", "port", "Caofeidian Coal Terminal", "曹妃甸煤码头", 38.9629, 118.4412, GEM_COAL),
    ScenarioPlace("caofeidian-ore", "port", "Caofeidian Ore Terminal", "曹妃甸矿石码头", 38.9300, 118.5000, ROUGH),
    ScenarioPlace("jingtang-port", "port", "Jingtang Port", "京唐港", 39.2100, 119.0200, ROUGH),
    ScenarioPlace("qinhuangdao-coal", "port", "Qinhuangdao Coal Terminal", "秦皇岛港煤码头", 39.9101, 119.6009, GEM_COAL),
    ScenarioPlace("shougang-jingtang", "mill", "Shougang Jingtang", "首钢京唐", 38.9537, 118.5034, GEM_STEEL),
    ScenarioPlace("wenfeng", "mill", "Wenfeng Special Steel", "文丰特钢", 39.1465, 118.4323, GEM_STEEL),
    ScenarioPlace("tangyin-caofeidian", "mill", "Tangyin Steel, Caofeidian", "唐银钢铁（曹妃甸）", 39.1604, 118.4298, GEM_STEEL),
    ScenarioPlace("zongheng-fengnan", "mill", "Zongheng Fengnan Steel", "纵横丰南钢铁", 39.2226, 118.0942, GEM_STEEL),
    ScenarioPlace("hbis-laoting", "mill", "HBIS Laoting (Tangsteel New Area)", "唐钢新区", 39.2578, 119.0336, GEM_STEEL),
    ScenarioPlace("zhonghou-plate", "mill", "Tangshan Medium Plate", "唐山中厚板", 39.2685, 119.0248, GEM_STEEL),
    ScenarioPlace("guotang", "mill", "Guotang Steel", "国堂钢铁", 39.2931, 119.0470, GEM_STEEL),
    ScenarioPlace("ruifeng", "mill", "Ruifeng Steel", "瑞丰钢铁", 39.4975, 118.2721, GEM_STEEL),
    ScenarioPlace("donghua", "mill", "Donghua Steel", "东华钢铁", 39.4684, 118.2568, GEM_STEEL),
    ScenarioPlace("donghai-special", "mill", "Donghai Special Steel", "东海特钢", 39.6106, 118.4747, GEM_STEEL),
    ScenarioPlace("donghai-steel", "mill", "Donghai Steel, Luanzhou", "东海钢铁", 39.7484, 118.6248, GEM_STEEL),
    ScenarioPlace("anfeng", "mill", "Anfeng Steel", "安丰钢铁", 39.6585, 118.8948, GEM_STEEL),
    ScenarioPlace("yanshan", "mill", "Yanshan Steel", "燕山钢铁", 39.9255, 118.6728, GEM_STEEL),
    ScenarioPlace("shougang-qianan", "mill", "Shougang Qian'an", "首钢迁钢", 39.9767, 118.5588, GEM_STEEL),
    ScenarioPlace("jiujiang", "mill", "Jiujiang Wire", "九江线材", 39.9522, 118.5594, GEM_STEEL),
    ScenarioPlace("xinda", "mill", "Xinda Steel", "鑫达钢铁", 39.8984, 118.5794, GEM_STEEL),
    ScenarioPlace("rongxin", "mill", "Rongxin Steel", "荣信钢铁", 39.8807, 118.5588, GEM_STEEL),
    ScenarioPlace("jinxi", "mill", "Jinxi Steel, Qianxi", "津西钢铁", 40.2098, 118.2205, GEM_STEEL),
    ScenarioPlace("ganglu", "mill", "Ganglu Steel, Zunhua", "港陆钢铁", 40.1839, 118.0739, GEM_STEEL),
    ScenarioPlace("zhengfeng", "mill", "Zhengfeng Steel, Fengrun", "正丰钢铁", 39.8527, 118.1813, GEM_STEEL),
    ScenarioPlace("shuichang", "mine", "Shuichang Iron Mine", "水厂铁矿", 40.1300, 118.5700, ROUGH),
    ScenarioPlace("sijiaying", "mine", "Sijiaying Iron Mine", "司家营铁矿", 39.6600, 118.7600, ROUGH),
    ScenarioPlace("kaiping", "depot", "Kaiping", "开平", 39.6714, 118.2558, GEONAMES),
    ScenarioPlace("luanzhou", "depot", "Luanzhou", "滦州", 39.7392, 118.7004, GEONAMES),
    ScenarioPlace("laoting", "depot", "Laoting", "乐亭", 39.4264, 118.9010, GEONAMES),
    ScenarioPlace("fengrun", "depot", "Fengrun", "丰润", 39.8266, 118.1382, GEONAMES),
    ScenarioPlace("fengnan", "depot", "Fengnan", "丰南", 39.5734, 118.0811, GEONAMES),
    ScenarioPlace("lulong", "depot", "Lulong", "卢龙", 39.8912, 118.8733, GEONAMES),
)  # fmt: skip

STATION_SITES = (
    StationSite("TS01", "Caofeidian Port", "曹妃甸港换电站", "caofeidian-ore", 38.972, 118.478, 2, 16, 280, 3200),
    StationSite("TS02", "Jingtang Port", "京唐港换电站", "jingtang-port", 39.232, 119.008, 2, 16, 280, 3200),
    StationSite("TS03", "Qian'an Steel", "迁安钢城换电站", "shougang-qianan", 39.966, 118.572, 2, 16, 280, 3200),
    StationSite("TS04", "Luanzhou", "滦州换电站", "luanzhou", 39.728, 118.689, 2, 16, 280, 3200),
    StationSite("TS05", "Fengnan Zongheng", "丰南纵横换电站", "zongheng-fengnan", 39.236, 118.108, 1, 10, 280, 2000),
    StationSite("TS06", "Kaiping", "开平换电站", "kaiping", 39.655, 118.276, 1, 10, 280, 2000),
    StationSite("TS07", "Laoting", "乐亭换电站", "laoting", 39.412, 118.888, 1, 10, 280, 2000),
    StationSite("TS08", "Qianxi Jinxi", "迁西津西换电站", "jinxi", 40.196, 118.236, 1, 8, 280, 1600),
    StationSite("TS09", "Wenfeng", "文丰换电站", "wenfeng", 39.158, 118.447, 1, 8, 280, 1600),
    StationSite("TS10", "Donghai", "东海特钢换电站", "donghai-special", 39.598, 118.462, 1, 8, 280, 1600),
    StationSite("TS11", "Yanshan", "燕山钢铁换电站", "yanshan", 39.913, 118.661, 1, 8, 280, 1600),
    StationSite("TS12", "Laoting New Area", "唐钢新区换电站", "hbis-laoting", 39.270, 119.047, 1, 10, 280, 2000),
    StationSite("TS13", "Anfeng", "安丰换电站", "anfeng", 39.671, 118.881, 1, 8, 280, 1600),
    StationSite("TS14", "Ruifeng", "瑞丰换电站", "ruifeng", 39.486, 118.286, 1, 8, 280, 1600),
    StationSite("TS15", "Fengrun", "丰润换电站", "fengrun", 39.814, 118.152, 1, 8, 280, 1600),
    StationSite("TS16", "Shuichang Mine", "水厂铁矿换电站", "shuichang", 40.118, 118.558, 1, 8, 280, 1600),
    StationSite("TS17", "Zunhua Ganglu", "遵化港陆换电站", "ganglu", 40.171, 118.088, 1, 8, 280, 1600),
    StationSite("TS18", "Sijiaying Mine", "司家营铁矿换电站", "sijiaying", 39.647, 118.747, 1, 8, 280, 1600),
    StationSite("TS19", "Xinda", "鑫达换电站", "xinda", 39.886, 118.594, 1, 8, 280, 1600),
    StationSite("TS20", "Lulong", "卢龙换电站", "lulong", 39.879, 118.887, 1, 8, 280, 1600),
    StationSite("TS21", "Fengnan", "丰南换电站", "fengnan", 39.561, 118.096, 1, 8, 280, 1600),
    StationSite("TS22", "Qinhuangdao Port", "秦皇岛港换电站", "qinhuangdao-coal", 39.923, 119.587, 1, 10, 280, 2000),
    StationSite("TS23", "Caofeidian Coal", "曹妃甸煤码头换电站", "caofeidian-coal", 38.985, 118.455, 1, 10, 280, 2000),
)  # fmt: skip
"""Sites by importance: the first six cover ports, mills and the way between them. A slot gives
280 kW (1C of a 282 kWh pack), the transformer feeds about 70 % of the slots at once: charging has
to be put in order. Both are usual figures of the trade, of no particular station."""

FLOWS = (
    Flow("caofeidian-ore", "shougang-jingtang", "ore", "铁矿石", LOAD_T, 6),
    Flow("caofeidian-ore", "wenfeng", "ore", "铁矿石", LOAD_T, 6),
    Flow("caofeidian-ore", "ruifeng", "ore", "铁矿石", LOAD_T, 6),
    Flow("caofeidian-ore", "zongheng-fengnan", "ore", "铁矿石", LOAD_T, 7),
    Flow("caofeidian-ore", "donghai-special", "ore", "铁矿石", LOAD_T, 6),
    Flow("caofeidian-coal", "tangyin-caofeidian", "coal", "煤炭", LOAD_T, 4),
    Flow("caofeidian-coal", "donghua", "coal", "煤炭", LOAD_T, 4),
    Flow("caofeidian-coal", "shougang-qianan", "coal", "煤炭", LOAD_T, 4),
    Flow("jingtang-port", "hbis-laoting", "ore", "铁矿石", LOAD_T, 6),
    Flow("jingtang-port", "zhonghou-plate", "ore", "铁矿石", LOAD_T, 4),
    Flow("jingtang-port", "guotang", "ore", "铁矿石", LOAD_T, 3),
    Flow("jingtang-port", "shougang-qianan", "ore", "铁矿石", LOAD_T, 8),
    Flow("jingtang-port", "jinxi", "ore", "铁矿石", LOAD_T, 6),
    Flow("jingtang-port", "yanshan", "ore", "铁矿石", LOAD_T, 7),
    Flow("jingtang-port", "anfeng", "ore", "铁矿石", LOAD_T, 5),
    Flow("jingtang-port", "donghai-steel", "coal", "煤炭", LOAD_T, 5),
    Flow("qinhuangdao-coal", "anfeng", "coal", "煤炭", LOAD_T, 3),
    Flow("qinhuangdao-coal", "rongxin", "coal", "煤炭", LOAD_T, 2),
    Flow("shuichang", "shougang-qianan", "concentrate", "铁精粉", LOAD_T, 6),
    Flow("shuichang", "ganglu", "concentrate", "铁精粉", LOAD_T, 3),
    Flow("sijiaying", "donghai-steel", "concentrate", "铁精粉", LOAD_T, 4),
    Flow("sijiaying", "xinda", "concentrate", "铁精粉", LOAD_T, 3),
    Flow("sijiaying", "zhengfeng", "concentrate", "铁精粉", LOAD_T, 3),
    Flow("shougang-qianan", "jingtang-port", "steel coils", "钢卷", LOAD_T, 6),
    Flow("jiujiang", "jingtang-port", "wire", "线材", LOAD_T, 5),
    Flow("jinxi", "jingtang-port", "sections", "型钢", LOAD_T, 5),
    Flow("shougang-jingtang", "kaiping", "steel coils", "钢卷", LOAD_T, 3),
)


def place(code: str) -> ScenarioPlace:
    """Find a place by its code.

    Raises
    ------
    KeyError
        No such place.
    """
    for candidate in PLACES:
        if candidate.code == code:
            return candidate
    raise KeyError(code)


def station_sites(count: int) -> tuple[StationSite, ...]:
    """Take the first `count` sites, the most important ones.

    Raises
    ------
    ValueError
        Fewer than one, or more than there are.
    """
    if not 1 <= count <= len(STATION_SITES):
        raise ValueError(f"Tangshan has sites for 1 to {len(STATION_SITES)} stations, not {count}")
    return STATION_SITES[:count]


def mean_temperature_c(month: int) -> float:
    """Usual temperature of a month, 1 to 12."""
    if not 1 <= month <= 12:
        raise ValueError(f"no month {month}")
    return MEAN_TEMPERATURE_C[month - 1]
