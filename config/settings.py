"""Django's settings. Values that differ between machines come from the environment; the others are set here."""

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
# Off by default; `manage.py runserver` turns it on for a loopback address (config/address.py).
DEBUG = env.bool("DEBUG", default=False)

# The tutorial (lab/) is for trying things out, not for a public site.
LAB = env.bool("LAB", default=DEBUG)

# Address
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.port("PORT", default=8000)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=allowed_hosts(HOST))
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Apps
# `realtime` is before `daphne` and `staticfiles`, and `accounts` before `auth`: of two management commands with one
# name, Django uses that of the first app.
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
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "tasks",
    "files",
    "chat",
    "search",
    "previews",
    "moderation",
    "game",
    "lab",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.static.StaticFilesMiddleware",
    "config.middleware.GZipMiddleware",  # BREACH: Django masks CSRF tokens and varies the length
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
# Acknowledged means on disk: our backends always set synchronous=FULL and synchronous_commit=on.
SQLITE = {"ENGINE": "realtime.storage.sqlite"}
# Under ASGI a thread may end with its connection open, so only the pool keeps connections (CONN_MAX_AGE = 0).
# A short `reconnect_timeout` stops the retries of the pool; the next request for a connection tries again at once.
POSTGRESQL = {"ENGINE": "realtime.storage.postgresql", "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
POSTGRESQL_POOL = {
    "min_size": 2,
    "max_size": env.int("DATABASE_POOL", default=20),
    "timeout": 4,
    "reconnect_timeout": 1,
}
# Options of libpq; a pooler does not see them, and the URL may override them. Seconds, but ms for `tcp_user_timeout`.
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
# The kernel notices a peer that has disappeared within half a minute.
REDIS_URL = env.str("REDIS_URL", default="")
_TCP = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 15_000}
_KEEPALIVE: dict[str, Any] = {
    "socket_keepalive": True,
    "socket_keepalive_options": {getattr(socket, name): value for name, value in _TCP.items() if hasattr(socket, name)},
}
if REDIS_URL.startswith("unix:"):
    _KEEPALIVE = {}

# Channel layer
# The defaults of redis-py are 5 s for a read and 100 connections in a pool, but the bus may be silent for hours.
_BUS = {"socket_timeout": None, "socket_connect_timeout": 2, "max_connections": 1000, **_KEEPALIVE}
_REDIS = {
    "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
    "CONFIG": {"prefix": "parlor", "hosts": [{"address": REDIS_URL, **_BUS}]},
}
CHANNEL_LAYERS = {"default": _REDIS if REDIS_URL else {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# Cache
# The cache stores password attempts and used codes: in the process, or in Redis, which several processes share.
_LOCAL = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
_SHARED = {
    "BACKEND": "config.cache.SharedCache",
    "LOCATION": REDIS_URL,
    "KEY_PREFIX": "parlor",
    "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1, **_KEEPALIVE},
}
CACHES = {"default": _SHARED if REDIS_URL else _LOCAL}

# Background tasks
# The queue is in the database, so a task is stored in the transaction that causes it.
TASKS = {
    "default": {
        "BACKEND": env.str("TASKS_BACKEND", default="django_tasks_db.DatabaseBackend"),
        "OPTIONS": env.json("TASKS_OPTIONS", default={}),
    }
}
TASKS_WORKER = env.bool("TASKS_WORKER", default=True)

# Link previews
# Off unless the site wants them: its server then visits the addresses that people post.
LINK_PREVIEWS = env.bool("LINK_PREVIEWS", default=False)
LINK_PREVIEW_NETWORKS = env.networks("LINK_PREVIEW_NETWORKS", default=[])
LINK_PREVIEW_PORTS = env.list("LINK_PREVIEW_PORTS", default=["80", "443"])

# Limits: overrides of realtime/limits.py
REALTIME: dict[str, Any] = env.json("REALTIME", default={})
# Quotas: overrides of accounts/quotas.py
QUOTAS: dict[str, Any] = env.json("QUOTAS", default={})
# Limits of files: overrides of files/limits.py
FILE_LIMITS: dict[str, Any] = env.json("FILE_LIMITS", default={})
FILE_PARTS = DATA / "uploads"
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
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False  # a guest is logged in too, and may log in to an account
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "login": "accounts.password_forms.LoginForm",
    "reset_password_from_key": "accounts.password_forms.ResetForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}  # an e-mail is replaced by the name of its account
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_RATE_LIMITS = {  # for wrong passwords; accounts/adapter.py sets the keys
    "login_failed": "10/m/ip,5/5m/key,20/h/key",  # one name from one address
    "login_known": "5/5m/key",  # one name in a known browser of its owner
    "login_name": "300/h/key",  # one name from all other browsers
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
# Without EMAIL_URL no mail is sent: the pages say to ask the admin.
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
# Browsers do not separate cookies by port: without it in the names, two sites on one host would log each other out.
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
# HTTPS=true means that TLS ends in a proxy, which must always set this header itself, or in our server.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
TRUSTED_PROXIES = env.proxies("TRUSTED_PROXIES", default=["1"] if HTTPS else [])  # realtime/server/forwarded.py
SECURE_HSTS_SECONDS = YEAR if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
# HSTS for subdomains and preloading concern other hosts, so Parlor does not set them.
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
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
    },
}

# Static files
# Files are served from their source folders. They are not renamed or hashed one by one: the path contains the release.
# A proxy can serve files collected into STATIC_FILES, also those of the release before.
STATICFILES_DIRS = [FILES / "static"]
RELEASE = "dev" if DEBUG else release(FILES / "static", django.__version__)  # Django brings the admin's files
STATIC_URL = f"/static/{RELEASE}/"
STATIC_FILES = env.str("STATIC_FILES", default="")
STATIC_ROOT = Path(STATIC_FILES) / "static" / RELEASE if STATIC_FILES else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedStaticFilesStorage"},
    "files": env.json(
        "FILE_STORAGE", default={"BACKEND": "files.bodies.FolderStorage", "OPTIONS": {"location": str(DATA / "files")}}
    ),
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
        # The hub, the writer and the readers log once that Redis or PostgreSQL is away; these would log it each second.
        "channels_redis": {"level": "CRITICAL"},
        "psycopg.pool": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},  # it would log the addresses in people's messages
    },
}
