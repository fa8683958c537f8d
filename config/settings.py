"""All settings, all from the environment; docs/reference/settings.md lists them."""

from pathlib import Path

import pghistory
from django.utils.translation import gettext_lazy as _

from config import admin_site, env, mail, policy
from config.env import BASE_DIR, fail, required
from config.logs import logging_settings

VERSION = "0.1.0"
DEMO = env.flag("YIZHAN_DEMO")  # only the demo's launcher and these checks read it
DEBUG = env.flag("DEBUG")
if DEBUG and not DEMO:
    fail("DEBUG is on outside the demo. Unset DEBUG.")

SECRET_KEY = required("SECRET_KEY", "Give 50 random characters, the same on every process.")
DATABASE_URL = required("DATABASE_URL", "Example: postgresql://yizhan:secret@localhost:5432/yizhan")
REDIS_URL = required("REDIS_URL", "Example: redis://:secret@localhost:6379/0")
PUBLIC_URL = env.address("PUBLIC_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# Behind TLS (PUBLIC_URL says https) everything is secure-only; the demo speaks http on loopback.
_TLS = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = _TLS
SECURE_REDIRECT_EXEMPT = [
    r"^livez$",
    r"^readyz$",
    r"^metrics$",
]  # asked on loopback, without the proxy
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _TLS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _TLS
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "fleet.api.errors.csrf_failure"
if _TLS:  # the proxy must set this header itself, whatever the client sent
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The service's clock: fleet/clock.py. Rate 1 is real time; replays and the demo run faster.
CLOCK_RATE = env.number("CLOCK_RATE", 1.0)
CLOCK_WALL_S = env.number("CLOCK_WALL_S", 0.0)
CLOCK_AT_S = env.number("CLOCK_AT_S", 0.0)

SECURE_CSP = policy.STRICT
LOGGING = logging_settings(env.text("LOG_LEVEL", "INFO"))

INSTALLED_APPS = [
    "config",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "import_export",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "fleet",
    "telematics",
    "dispatch",
]
MIDDLEWARE = [
    "config.logs.request_log",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "config.policy.loosen",
    "config.static.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.languages.Languages",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "dispatch" / "driver" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.postgresql("DATABASE_URL", DATABASE_URL)}
DATABASE_POOL_MAX = env.whole("DATABASE_POOL_MAX", 0)
if DATABASE_POOL_MAX:  # web processes only: a pool does not survive the worker's fork
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": DATABASE_POOL_MAX}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "fleet.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 30 * 24 * 3600

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
TIME_ZONE = env.text("TIME_ZONE", "Asia/Shanghai")
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "dispatch" / "driver" / "static"]
STATIC_ROOT = BASE_DIR / "var" / "static"
WHITENOISE_USE_FINDERS = True

# Who may read /metrics besides this machine, and where web processes write their vital signs.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
METRICS_DIR = env.text("METRICS_DIR", str(BASE_DIR / "var" / "metrics"))

# Days of truck reports that are kept; older ones are dropped day by day (telematics).
REPORT_RETENTION_DAYS = env.whole("REPORT_RETENTION_DAYS", 90)
# And of what is derived from them: five minutes in a row; days, drives and stops.
ROLLUP_RETENTION_DAYS = env.whole("ROLLUP_RETENTION_DAYS", 180)
TRUCK_DAY_RETENTION_DAYS = env.whole("TRUCK_DAY_RETENTION_DAYS", 730)

# What a device may send in the long run; 0 is no limit. What may wait to be committed a process.
DEVICE_REQUESTS_S = env.number("DEVICE_REQUESTS_S", 10.0)
DEVICE_REPORTS_S = env.number("DEVICE_REPORTS_S", 1100.0)
REPORT_QUEUE_REQUESTS = env.whole("REPORT_QUEUE_REQUESTS", 3000)
REPORT_QUEUE_ROWS = env.whole("REPORT_QUEUE_ROWS", 10_000)

# More alarms of one kind in one place within so many seconds are shown as one.
ALARM_STORM_ALARMS = env.whole("ALARM_STORM_ALARMS", 10)
ALARM_STORM_WITHIN_S = env.whole("ALARM_STORM_WITHIN_S", 300)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "fleet.api.contract.Contract",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "fleet.api.problems.problem_answer",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Yizhan",
    "DESCRIPTION": "Dispatch of battery-swap trucks: what machines and drivers say to the service.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {"AssignmentState": "dispatch.lifecycle.STATES"},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "telematics.ingest.schema.add_reports",
        "telematics.api.schema.add_signatures",
        "dispatch.api.schema.complete",
        "fleet.api.schema.describe_problems",
    ],
}
UNFOLD = admin_site.UNFOLD
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = False  # fleet.admin.cells does it, and undoes it
IMPORT_EXPORT_ESCAPE_ILLEGAL_CHARS_ON_EXPORT = True
PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
)

# Days of outcomes that spreads are measured from; how much more a minute owed back may weigh.
SPREAD_DAYS = env.whole("SPREAD_DAYS", 28)
FAIRNESS_BOUND_PERCENT = env.whole("FAIRNESS_BOUND_PERCENT", 10)

# The planner runs as a child process: `python -m PLANNER_MODULE PROBLEM.json --planner ...`.
PLANNER_MODULE = env.text("PLANNER_MODULE", "dispatch.planning")
PLANNER_NAME = env.text("PLANNER_NAME", "search")
PLANNER_TIME_LIMIT_S = env.number("PLANNER_TIME_LIMIT_S", 4.0)
PLANNER_URGENT_TIME_LIMIT_S = env.number("PLANNER_URGENT_TIME_LIMIT_S", 1.0)
PLANNER_WORK_LIMIT = env.whole("PLANNER_WORK_LIMIT", 0)
PLANNER_MEMORY_MB = env.whole("PLANNER_MEMORY_MB", 2048)
PLANNER_WORKERS = env.whole("PLANNER_WORKERS", 2)
PLANNER_CHANGE_S = env.whole("PLANNER_CHANGE_S", 300)
PLAN_EVERY_S = env.whole("PLAN_EVERY_S", 15)  # wall seconds

# Reports go out by mail if this names an SMTP server or a directory; EMAIL_FROM is who they are of.
_MAIL_HOST = env.text("EMAIL_HOST", "")
_MAIL_DIRECTORY = env.text("EMAIL_FILE_PATH", "")
MAIL_IS_ON = bool(_MAIL_HOST or _MAIL_DIRECTORY)
MAILERS = mail.mailers(
    host=_MAIL_HOST,
    port=env.whole("EMAIL_PORT", 0),
    username=env.text("EMAIL_HOST_USER", ""),
    password=env.text("EMAIL_HOST_PASSWORD", ""),
    use_tls=env.choice("EMAIL_USE_TLS", ("on", "off")) == "on",
    use_ssl=env.flag("EMAIL_USE_SSL"),
    timeout_s=env.number("EMAIL_TIMEOUT_S", 20.0),
    directory=_MAIL_DIRECTORY,
)
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "yizhan@localhost")
# A service without mail is whole: its pages say that mail is off.
SILENCED_SYSTEM_CHECKS = [] if _MAIL_HOST else ["mail.E001"]

# News nobody has seen: seconds until the onboard unit and WeChat, and until a text message.
NOTICE_SECOND_S = env.number("NOTICE_SECOND_S", 30.0)
NOTICE_SMS_S = env.number("NOTICE_SMS_S", 90.0)
CHANNEL_TIMEOUT_S = env.number("CHANNEL_TIMEOUT_S", 4.0)
SMS_GATEWAY = env.choice("SMS_GATEWAY", ("off", "http", "tencent"))
SMS_URL = env.address("SMS_URL", "https://sms.tencentcloudapi.com")
SMS_TOKEN = env.text("SMS_TOKEN", "")
SMS_A_DRIVER_AN_HOUR = env.whole("SMS_A_DRIVER_AN_HOUR", 6)
TENCENT_SECRET_ID = env.text("TENCENT_SECRET_ID", "")
TENCENT_SECRET_KEY = env.text("TENCENT_SECRET_KEY", "")
TENCENT_REGION = env.text("TENCENT_REGION", "ap-beijing")
TENCENT_SMS_APP_ID = env.text("TENCENT_SMS_APP_ID", "")
TENCENT_SMS_SIGN = env.text("TENCENT_SMS_SIGN", "")
TENCENT_SMS_TEMPLATES = env.pairs("TENCENT_SMS_TEMPLATES")
WECHAT_URL = env.address("WECHAT_URL", "https://api.weixin.qq.com")
WECHAT_APP_ID = env.text("WECHAT_APP_ID", "")
WECHAT_SECRET = env.text("WECHAT_SECRET", "")
WECHAT_TEMPLATE_ID = env.text("WECHAT_TEMPLATE_ID", "")
WECHAT_FIELDS = env.words("WECHAT_FIELDS", ["thing1", "thing2", "time3"])
WECHAT_PAGE = env.text("WECHAT_PAGE", "")

# Tiles under the live map: an address with {z}/{x}/{y}; none, and our own places and roads are it.
MAP_TILE_URL = env.text("MAP_TILE_URL", "")
MAP_TILE_CREDIT = env.text("MAP_TILE_CREDIT", "")
# Instead of them one file of vector tiles: on this machine, or an address that answers ranges.
MAP_PMTILES = env.text("MAP_PMTILES", "")

# How far and how long trucks drive: dispatch.services.roads.
TRAVEL_PROVIDER = env.choice(
    "TRAVEL_PROVIDER", ("great_circle", "valhalla", "valhalla_http", "osrm")
)
TRAVEL_URL = env.address("TRAVEL_URL", "http://127.0.0.1:8002")
TRAVEL_MAP_DIR = Path(env.text("TRAVEL_MAP_DIR", str(BASE_DIR / "var" / "map")))
TRAVEL_MAP_VERSION = env.text("TRAVEL_MAP_VERSION", "")
TRAVEL_TIMEOUT_S = env.number("TRAVEL_TIMEOUT_S", 2.0)
TRAVEL_STATIONS = env.whole("TRAVEL_STATIONS", 8)

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "work"
CELERY_TASK_TIME_LIMIT = 120
CELERY_DB_REUSE_MAX = 1000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
