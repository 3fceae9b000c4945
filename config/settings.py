"""Django's settings. What differs between machines comes from the environment; the rest is decided here."""

import socket
from pathlib import Path
from typing import Any

import django
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.address import allowed_hosts
from config.environment import Environment
from config.keys import secret_key
from config.private import private_folder
from config.release import keep_for_ever, release

env = Environment()

# A checkout keeps templates, static files and the rest beside the apps; a wheel keeps them in config/share.
BASE = Path(__file__).resolve().parent.parent
INSTALLED = (BASE / "config/share").is_dir()
FILES = BASE / "config/share" if INSTALLED else BASE
DATA = Path(env.str("PARLOR_DATA", default="var" if INSTALLED else str(BASE / "var"))).resolve()
private_folder(DATA)

# Development
# Off unless asked for; `manage.py runserver` asks for it on a loopback address (config/address.py).
DEBUG = env.bool("DEBUG", default=False)

# The tutorial, running (lab/): for who learns and tries, not for a site that others use.
LAB = env.bool("LAB", default=DEBUG)

# Where
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.port("PORT", default=8000)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=allowed_hosts(HOST))
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Apps
# `realtime` before `daphne` before `staticfiles`, `accounts` before `auth`: the first that has a command of a name
# gives it.
INSTALLED_APPS = [
    "realtime",
    "daphne",
    "accounts",
    "config.apps.ParlorAdminConfig",
    "django.contrib.staticfiles",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "chat",
    "moderation",
    "game",
    "lab",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.static.StaticFilesMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pages; their forms' tokens are masked, and their length is blurred
    "config.middleware.permissions_policy",
    "config.middleware.ContentSecurityPolicyMiddleware",
    "config.robots.RobotsMiddleware",
    "accounts.login.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.login.DeviceRenewal",
    "accounts.known_devices.KnownDevicesMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.AccountGuards",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [FILES / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.mail",
                "lab.context.lab",
            ],
        },
    },
]

# Database
# Acknowledged means on disk: synchronous=FULL and synchronous_commit=on cannot be configured away (in the backends).
SQLITE = {"ENGINE": "realtime.storage.sqlite"}
# Under ASGI a thread dies with its connection open, so only the pool keeps any (CONN_MAX_AGE = 0).
# `reconnect_timeout`: each attempt to connect is the last one until somebody asks again, so that none sleeps for long.
POSTGRESQL = {"ENGINE": "realtime.storage.postgresql", "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
POSTGRESQL_POOL = {
    "min_size": 2,
    "max_size": env.int("DATABASE_POOL", default=20),
    "timeout": 4,
    "reconnect_timeout": 1,
}
# libpq's own, which no pooler sees. The URL may say otherwise. Seconds, and milliseconds for `tcp_user_timeout`.
POSTGRESQL_TIMEOUTS = {
    "connect_timeout": 4,
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
DATABASE_PASSWORD = env.str("DATABASE_PASSWORD", default="")
_database = env.database("DATABASE_URL", DATABASE_PASSWORD, default=DATA / "parlor.sqlite3")
if "sqlite" in _database["ENGINE"]:
    _database |= SQLITE
else:
    _options = POSTGRESQL_TIMEOUTS | _database.get("OPTIONS", {}) | {"pool": POSTGRESQL_POOL}
    _database |= POSTGRESQL | {"OPTIONS": _options}
DATABASES = {"default": _database}

# Redis
# A peer that is gone without a word is noticed by the kernel, after half a minute at most.
REDIS_URL = env.str("REDIS_URL", default="")
_TCP = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 15_000}
_KEEPALIVE: dict[str, Any] = {
    "socket_keepalive": True,
    "socket_keepalive_options": {getattr(socket, name): value for name, value in _TCP.items() if hasattr(socket, name)},
}
if REDIS_URL.startswith("unix:"):
    _KEEPALIVE = {}

# Channel layer
# redis-py ends a read silent for five seconds and caps a pool at 100 connections; a doorbell is silent for hours.
_BUS = {"socket_timeout": None, "socket_connect_timeout": 2, "max_connections": 1000, **_KEEPALIVE}
_REDIS = {
    "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
    "CONFIG": {"prefix": "parlor", "hosts": [{"address": REDIS_URL, **_BUS}]},
}
CHANNEL_LAYERS = {"default": _REDIS if REDIS_URL else {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# Cache
# It holds the attempts at passwords and the codes that were used: in the process, or where several share them.
_LOCAL = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
_SHARED = {
    "BACKEND": "config.cache.SharedCache",
    "LOCATION": REDIS_URL,
    "KEY_PREFIX": "parlor",
    "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1, **_KEEPALIVE},
}
CACHES = {"default": _SHARED if REDIS_URL else _LOCAL}

# Limits: overrides of realtime/limits.py
REALTIME: dict[str, Any] = env.json("REALTIME", default={})
# Quotas: overrides of accounts/quotas.py
QUOTAS: dict[str, Any] = env.json("QUOTAS", default={})
ECHO = env.bool("ECHO", default=DEBUG)
WEBSOCKET_DEFLATE = env.bool("WEBSOCKET_DEFLATE", default=False)

# Accounts
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
STAFF_MFA = env.bool("STAFF_MFA", default=True)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"accounts.passwords.{rule}"} for rule in ("LongEnough", "NotOneself", "NotEverybodys")
]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False  # a guest is logged in too, and may come in as somebody
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "login": "accounts.password_forms.LoginForm",
    "reset_password_from_key": "accounts.password_forms.ResetForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}  # an e-mail is turned into the name it belongs to
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_RATE_LIMITS = {  # of wrong passwords; the keys are in accounts/adapter.py
    "login_failed": "10/m/ip,5/5m/key,20/h/key",  # of a name from an address
    "login_known": "5/5m/key",  # of a name in a browser where its owner has been before
    "login_name": "300/h/key",  # of a name from everywhere else
    "reset_password": "10/m/ip,3/10m/key",
    "prove_email": "3/10m/key,20/d/key",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "name"
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Parlor"
MFA_TOTP_TOLERANCE = 1

# Mail
# Without it nobody gets any: the pages say to ask the admin.
EMAIL_URL = env.str("EMAIL_URL", default="")
_mail = env.mail("EMAIL_URL", env.str("EMAIL_PASSWORD", default=""))
EMAIL_BACKEND, EMAIL_FILE_PATH = _mail["EMAIL_BACKEND"], _mail["EMAIL_FILE_PATH"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "localhost", _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default=f"Parlor <parlor@{''.join(ALLOWED_HOSTS[:1]).lstrip('.')}>")
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

# Keys, cookies and headers
# Browsers keep one jar a host name: without the port in the names, two Parlors on one host log each other out.
SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key(DATA / "secret_key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
HTTPS = env.bool("HTTPS", default=False)
YEAR = 365 * 24 * 60 * 60
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_NAME = f"parlor_login_{PORT}"
SESSION_COOKIE_AGE = YEAR
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = f"parlor_csrf_{PORT}"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "config.errors.form_refused"
DEVICE_COOKIE_NAME = f"parlor_device_{PORT}"
KNOWN_COOKIE_NAME = f"parlor_known_{PORT}"
LANGUAGE_COOKIE_NAME = f"parlor_language_{PORT}"
LANGUAGE_COOKIE_AGE = YEAR
LANGUAGE_COOKIE_SAMESITE = "Lax"
# HTTPS=true says: TLS ends before Django, in a proxy that always sets this header itself, or in the server.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
TRUSTED_PROXIES = env.proxies("TRUSTED_PROXIES", default=["1"] if HTTPS else [])  # realtime/server/forwarded.py
SECURE_HSTS_SECONDS = YEAR if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
# HSTS for subdomains and the browsers' own list: those are other hosts, and not Parlor's to decide about.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
    },
}

# Static files
# Read from where they lie: nothing is rewritten or hashed one by one, and the release is in the path. Collected into
# STATIC_FILES a proxy may serve them, those of the release before too.
STATICFILES_DIRS = [FILES / "static"]
RELEASE = "dev" if DEBUG else release(FILES / "static", django.__version__)  # the admin's files come with Django
STATIC_URL = f"/static/{RELEASE}/"
STATIC_FILES = env.str("STATIC_FILES", default="")
STATIC_ROOT = Path(STATIC_FILES) / "static" / RELEASE if STATIC_FILES else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedStaticFilesStorage"},
}
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_MINIFY = True  # the compressed copies only
SERVESTATIC_AUTOREFRESH = DEBUG
SERVESTATIC_ALLOW_ALL_ORIGINS = False
SERVESTATIC_ADD_HEADERS_FUNCTION = None if DEBUG else keep_for_ever

# Search engines
SEARCH_ENGINES = env.bool("SEARCH_ENGINES", default=False)

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [FILES / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Logging
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"one line": {"()": "config.logs.OneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["one line"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "daphne": {"level": "WARNING"},
        # The hub, the writer and the readers say once that Redis or PostgreSQL is away; these say it each second.
        "channels_redis": {"level": "CRITICAL"},
        "psycopg.pool": {"level": "ERROR"},
    },
}
