"""Operators of every kind and the people who sign in for them."""

import secrets
from collections.abc import Iterable

from django.contrib.auth.hashers import make_password

from dispatch.simulation.roster import Login
from fleet.models import Driver, Operator, Region, User

CARRIERS = (
    ("luanhe-freight", "Luanhe Freight 滦河物流"),
    ("bohai-haulage", "Bohai Haulage 渤海运输"),
    ("yanshan-bulk", "Yanshan Bulk 燕山散货"),
    ("jidong-logistics", "Jidong Logistics 冀东物流"),
    ("haigang-transport", "Haigang Transport 海港运输"),
    ("qianxi-haulage", "Qianxi Haulage 迁西运输"),
)
TRUCKS_A_CARRIER = 170
OTHERS = (
    ("north-leasing", "North Leasing 北方租赁", Operator.Kind.CARRIER),
    ("jidong-swap", "Jidong Swap 冀东换电", Operator.Kind.STATION_OPERATOR),
    ("coastal-swap", "Coastal Swap 沿海换电", Operator.Kind.STATION_OPERATOR),
    ("north-pack-bank", "North Pack Bank 北方电池银行", Operator.Kind.PACK_BANK),
    ("tangshan-transport", "Tangshan Transport Bureau 唐山交通", Operator.Kind.SUPERVISOR),
)
ROLES_AT = {
    "luanhe-freight": {
        "manager": User.Role.FLEET_MANAGER,
        "dispatcher": User.Role.DISPATCHER,
        "auditor": User.Role.AUDITOR,
    },
    "bohai-haulage": {"manager-bohai": User.Role.FLEET_MANAGER},
    "north-leasing": {"leasing": User.Role.FLEET_MANAGER},
    "jidong-swap": {"station": User.Role.STATION_OPERATOR},
    "coastal-swap": {"station-coastal": User.Role.STATION_OPERATOR},
    "north-pack-bank": {"packbank": User.Role.FLEET_MANAGER},
    "tangshan-transport": {"supervisor": User.Role.SUPERVISOR},
}
SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林郑"
GIVEN_NAMES = ("建国", "志强", "海涛", "永刚", "春生", "立新", "文军", "振华", "小龙", "玉柱")


def make_operators(*, region: Region, trucks: int) -> dict[str, Operator]:
    """Make the operators, more carriers for larger fleets; return them by code."""
    carriers = min(len(CARRIERS), max(2, -(-trucks // TRUCKS_A_CARRIER)))
    rows = [(*carrier, Operator.Kind.CARRIER) for carrier in CARRIERS[:carriers]] + [*OTHERS]
    operators = {
        code: Operator.objects.create(code=code, name=name, kind=kind) for code, name, kind in rows
    }
    operators["tangshan-transport"].regions.add(region)
    return operators


def carriers_of(operators: dict[str, Operator]) -> list[Operator]:
    """Return the operators that run trucks."""
    return [operators[code] for code, _ in CARRIERS if code in operators]


def make_users(operators: dict[str, Operator]) -> list[Login]:
    """Make one user for each role and operator, and the superuser; return how they sign in."""
    logins = []
    for code, roles in ROLES_AT.items():
        for username, role in roles.items():
            logins.append(_make_user(username, role, operators[code]))
    password = secrets.token_urlsafe(9)
    User.objects.create_superuser("admin", password=password, language="zh-hans")
    return [*logins, Login(role="superuser", username="admin", password=password, path="/admin/")]


def _make_user(username: str, role: User.Role, operator: Operator) -> Login:
    password = secrets.token_urlsafe(9)
    User.objects.create(
        username=username,
        password=make_password(password),
        operator=operator,
        role=role,
        is_staff=True,
    )
    return Login(role=str(role), username=username, password=password, path="/admin/")


def make_drivers(carriers: Iterable[Operator]) -> list[Driver]:
    """Make a driver for each carrier named, in that order."""
    rows = []
    for index, carrier in enumerate(carriers):
        surname = SURNAMES[index % len(SURNAMES)]
        given = GIVEN_NAMES[index // len(SURNAMES) % len(GIVEN_NAMES)]
        phone = f"1380315{index:04d}"
        name, openid = f"{surname}{given}", f"demo-{index:04d}"
        rows.append(Driver(carrier=carrier, name=name, phone=phone, wechat_openid=openid))
    return Driver.objects.bulk_create(rows)
