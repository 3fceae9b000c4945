"""Tests of settings, each read in a new process with an environment of its own, and of their documentation."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.services.environment import SETTINGS, without_settings

ROOT = Path(__file__).parent.parent.parent
ASK = "import json, sys; from config import settings as s; print(json.dumps([getattr(s, n) for n in sys.argv[1:]]))"
NAMES_READ = re.compile(r'env\.\w+\(\s*"([A-Z_]+)"')


def setting(name: str, data: Path, **environment: str) -> Any:
    given = without_settings() | {"PARLOR_DATA": str(data)} | environment
    asked = subprocess.run([sys.executable, "-c", ASK, name], env=given, cwd=ROOT, capture_output=True, check=True)
    return json.loads(asked.stdout)[0]


def source() -> str:
    return (ROOT / "config" / "settings.py").read_text()


def test_debug_is_off_and_only_this_machine_is_allowed_by_default(tmp_path: Path) -> None:
    assert setting("DEBUG", tmp_path) is False
    assert setting("ALLOWED_HOSTS", tmp_path) == ["localhost", "127.0.0.1", "[::1]"]


def test_two_on_one_host_have_cookies_of_their_own(tmp_path: Path) -> None:
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "DEVICE_COOKIE_NAME"):
        assert setting(name, tmp_path, PORT="8001") != setting(name, tmp_path, PORT="8002")


def test_sqlite_is_used_through_the_durable_backend_whatever_the_url(tmp_path: Path) -> None:
    for environment in ({}, {"DATABASE_URL": "sqlite:////srv/other.sqlite3"}):
        assert setting("DATABASES", tmp_path, **environment)["default"]["ENGINE"] == "realtime.storage.sqlite"


def test_postgresql_is_used_through_the_bounded_backend_and_keeps_what_the_url_asks(tmp_path: Path) -> None:
    url = "postgres://p@h/d?sslmode=require&connect_timeout=9"
    database = setting("DATABASES", tmp_path, DATABASE_URL=url)["default"]
    assert (database["ENGINE"], database["CONN_MAX_AGE"]) == ("realtime.storage.postgresql", 0)
    assert (database["OPTIONS"]["sslmode"], int(database["OPTIONS"]["connect_timeout"])) == ("require", 9)


def test_postgresql_gets_no_start_up_options_which_pgbouncer_refuses(tmp_path: Path) -> None:
    assert "options" not in setting("DATABASES", tmp_path, DATABASE_URL="postgres://p@h/d")["default"]["OPTIONS"]


def test_postgresql_connection_that_is_cut_is_noticed(tmp_path: Path) -> None:
    options = setting("DATABASES", tmp_path, DATABASE_URL="postgres://p@h/d")["default"]["OPTIONS"]
    assert (options["connect_timeout"], options["tcp_user_timeout"], options["pool"]["timeout"]) == (4, 15_000, 4)
    assert options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"] == 30


def test_redis_connection_that_is_cut_is_noticed(tmp_path: Path) -> None:
    layer = setting("CHANNEL_LAYERS", tmp_path, REDIS_URL="redis://h")["default"]["CONFIG"]["hosts"][0]
    cache = setting("CACHES", tmp_path, REDIS_URL="redis://h")["default"]["OPTIONS"]
    assert (layer["socket_connect_timeout"], cache["socket_connect_timeout"], cache["socket_timeout"]) == (2, 1, 1)
    assert layer["socket_keepalive_options"] == cache["socket_keepalive_options"] != {}


def test_unix_socket_of_redis_has_no_keepalive(tmp_path: Path) -> None:
    layer = setting("CHANNEL_LAYERS", tmp_path, REDIS_URL="unix:///run/redis.sock")["default"]["CONFIG"]["hosts"][0]
    assert "socket_keepalive" not in layer


def test_bus_over_redis_may_be_silent_for_hours(tmp_path: Path) -> None:
    layer = setting("CHANNEL_LAYERS", tmp_path, REDIS_URL="redis://h")["default"]
    assert layer["BACKEND"] == "channels_redis.pubsub.RedisPubSubChannelLayer"
    assert layer["CONFIG"]["hosts"][0]["socket_timeout"] is None


def test_https_marks_cookies_and_trusts_the_proxy(tmp_path: Path) -> None:
    assert setting("SESSION_COOKIE_SECURE", tmp_path, HTTPS="true") is True
    assert setting("SECURE_PROXY_SSL_HEADER", tmp_path) is None


def test_tries_are_counted_where_all_processes_see_them(tmp_path: Path) -> None:
    assert setting("CACHES", tmp_path)["default"]["BACKEND"].endswith("LocMemCache")
    shared = setting("CACHES", tmp_path, REDIS_URL="redis://h")["default"]
    assert (shared["BACKEND"], shared["LOCATION"]) == ("config.cache.SharedCache", "redis://h")


def test_mail_is_sent_only_when_email_url_is_set(tmp_path: Path) -> None:
    assert setting("EMAIL_BACKEND", tmp_path) == "django.core.mail.backends.dummy.EmailBackend"
    mail = {"EMAIL_URL": "smtp+tls://me:secret@mail.example:587"}
    asked = ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS", "EMAIL_USE_SSL")
    assert [setting(name, tmp_path, **mail) for name in asked] == ["mail.example", 587, "me", "secret", True, False]
    assert setting("DEFAULT_FROM_EMAIL", tmp_path, ALLOWED_HOSTS=".example.org") == "Parlor <parlor@example.org>"


def test_proxy_is_trusted_for_addresses_when_https_is_on(tmp_path: Path) -> None:
    assert setting("TRUSTED_PROXIES", tmp_path) == []
    assert setting("TRUSTED_PROXIES", tmp_path, HTTPS="true") == ["1"]
    assert setting("TRUSTED_PROXIES", tmp_path, TRUSTED_PROXIES="10.0.0.0/8,fd00::/8") == ["10.0.0.0/8", "fd00::/8"]


def test_limits_are_overridden_by_json(tmp_path: Path) -> None:
    assert setting("REALTIME", tmp_path, REALTIME='{"rate": 99}') == {"rate": 99}


def error_of(data: Path, **environment: str) -> str:
    """Return the one line that `manage.py` prints about settings it cannot read."""
    given = without_settings() | {"PARLOR_DATA": str(data)} | environment
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    return line


@pytest.mark.parametrize("folder", ["Chat #1", "what?", "100%25", "a+b", "a b", "$HOME", "ünï"])
def test_sqlite_lies_in_the_data_folder_whatever_its_name(tmp_path: Path, folder: str) -> None:
    found = setting("DATABASES", tmp_path / folder)["default"]
    assert found["NAME"] == str(tmp_path / folder / "parlor.sqlite3")


def test_sqlite_url_names_a_path(tmp_path: Path) -> None:
    for url, name in {"sqlite:////srv/Chat #1/x": "/srv/Chat #1/x", "sqlite:////a%20b+c": "/a b+c"}.items():
        assert setting("DATABASES", tmp_path, DATABASE_URL=url)["default"]["NAME"] == name


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("u:pa/ss", "pa/ss"),
        ("u:p@s:s#?[%$+", "p@s:s#?[%$+"),
        ("u:p%40s%2Bs", "p@s+s"),
        ("u:$HOME", "$HOME"),
        ("u:", ""),
        ("u", ""),
    ],
)
def test_passwords_in_urls_may_hold_any_sign(tmp_path: Path, login: str, password: str) -> None:
    found = setting("DATABASES", tmp_path, DATABASE_URL=f"postgres://{login}@[fd00::5]:6432/d?sslmode=require")[
        "default"
    ]
    assert [found[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "u",
        password,
        "fd00::5",
        6432,
        "d",
    ]
    mail = setting("EMAIL_HOST_PASSWORD", tmp_path, EMAIL_URL=f"smtp+tls://{login}@mail.example:587")
    assert mail == password


def test_password_by_itself_is_taken_as_it_is(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgres://u:x@h/d", "DATABASE_PASSWORD": "$p%40/'\""}
    assert setting("DATABASES", tmp_path, **given)["default"]["PASSWORD"] == "$p%40/'\""
    given = {"EMAIL_URL": "smtp://u@h", "EMAIL_PASSWORD": "a+%40"}
    assert setting("EMAIL_HOST_PASSWORD", tmp_path, **given) == "a+%40"


def test_database_may_be_reached_by_a_socket(tmp_path: Path) -> None:
    found = setting("DATABASES", tmp_path, DATABASE_URL="postgres:///d?host=/run/postgresql")["default"]
    assert (found["NAME"], found["OPTIONS"]["host"]) == ("d", "/run/postgresql")


def test_lists_are_trimmed_and_dollars_are_dollars(tmp_path: Path) -> None:
    hosts = setting("ALLOWED_HOSTS", tmp_path, ALLOWED_HOSTS=" chat.example.com , www.example.com,")
    assert hosts == ["chat.example.com", "www.example.com"]
    trusted = setting("TRUSTED_PROXIES", tmp_path, TRUSTED_PROXIES="10.0.0.0/8, fd00::/8")
    assert trusted == ["10.0.0.0/8", "fd00::/8"]
    assert setting("SECRET_KEY", tmp_path, SECRET_KEY="$HOME x") == "$HOME x"
    assert setting("HTTPS", tmp_path, HTTPS=" true") is True


def test_empty_variables_count_as_not_set(tmp_path: Path) -> None:
    empty = dict.fromkeys(SETTINGS - {"PARLOR_DATA"}, "")
    assert setting("PORT", tmp_path, **empty) == 8000
    assert setting("ALLOWED_HOSTS", tmp_path, **empty) == ["localhost", "127.0.0.1", "[::1]"]
    assert setting("DATABASES", tmp_path, **empty)["default"]["ENGINE"] == "realtime.storage.sqlite"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "tcp://10.0.0.1:8000", "PORT=tcp://10.0.0.1:8000 is no port"),
        ("PORT", "70000", "from 1 to 65535"),
        ("DATABASE_URL", '"postgres://u:secret@h/d"', "Leave the quotation marks out"),
        ("DATABASE_URL", "mysql://u:secret@h/d", "DATABASE_URL begins with neither postgres:// nor sqlite:///"),
        ("DATABASE_URL", "postgres://u:secret@h:port/d", "DATABASE_URL cannot be read"),
        ("TRUSTED_PROXIES", "localhost", "TRUSTED_PROXIES: localhost is neither"),
        ("REALTIME", "{rate: 9}", "REALTIME={rate: 9} cannot be read"),
        ("EMAIL_URL", "carrier://pigeon", "EMAIL_URL cannot be read"),
    ],
)
def test_setting_that_cannot_be_read_is_said_in_one_line_without_its_password(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    line = error_of(tmp_path, **{name: value})
    assert said in line
    assert "secret" not in line


@pytest.mark.parametrize("name", sorted(set(NAMES_READ.findall(source()))))
def test_environment_that_settings_read_is_documented(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs" / "operating.md").read_text()


def test_no_setting_of_this_machine_reaches_a_test() -> None:
    assert set(NAMES_READ.findall(source())) == SETTINGS


def test_no_page_documents_what_settings_do_not_read() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "operating.md").read_text(), re.MULTILINE)
    assert set(documented) == set(NAMES_READ.findall(source()))
