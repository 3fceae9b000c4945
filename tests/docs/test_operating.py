"""Tests the limits and dependencies in docs/operating.md; tests/config/test_settings.py compares the settings."""

import json
import re
from argparse import SUPPRESS
from math import ceil, inf

import msgspec
from django.core.management.base import BaseCommand

from accounts.quotas import Quotas
from files.limits import Limits as FileLimits
from realtime.echo import MAX_MESSAGE_BYTES as MAX_ECHO_BYTES
from realtime.limits import Limits
from realtime.management.commands.serve import Command as Serve
from realtime.server.http import MAX_BODY_BYTES
from realtime.server.server import MAX_MESSAGE_BYTES, OPTIONS
from realtime.server.websocket import CONTROL_FRAMES_PER_S, MAX_CONTROL_FRAMES, MAX_FRAGMENTS
from tests.docs.pages import code, codes, page, rows, section

OPERATING = page("docs/operating.md")
REQUIREMENT = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[.*?\])?==", re.MULTILINE)


def test_every_limit_is_documented_with_its_default_and_nothing_else() -> None:
    documented = {code(row[0]): float(row[1]) for row in rows(OPERATING, "Limits")}
    assert documented == msgspec.structs.asdict(Limits())


def test_every_package_is_listed_with_a_reason_and_nothing_else() -> None:
    listed = rows(OPERATING, "Dependencies")
    pinned = [*REQUIREMENT.findall(page("requirements.txt")), *REQUIREMENT.findall(page("requirements-dev.txt"))]
    assert len(pinned) > 20
    pinned += json.loads(page("package.json"))["devDependencies"]
    assert sorted(name for row in listed for name in codes(row[0])) == sorted(pinned)
    assert [row[0] for row in listed if not row[1]] == []


def test_every_option_of_serve_is_documented_and_nothing_else() -> None:
    everywhere = {option for action in BaseCommand().create_parser("", "")._actions for option in action.option_strings}
    parser = Serve().create_parser("manage.py", "serve")
    known = {option for each in parser._actions if each.help != SUPPRESS for option in each.option_strings}
    listed = {option for row in rows(OPERATING, "`manage.py serve`") for option in codes(row[0])}
    assert listed - {"--verbosity", "-v"} == known - everywhere


def test_server_options_are_documented_with_their_defaults() -> None:
    told = {code(row[0]).strip("-").replace("-", "_"): row[1] for row in rows(OPERATING, "`manage.py serve`")}
    own = {name: "-1" if value == inf else f"{value:g}" for name, value in OPTIONS.items() if name in told}
    assert len(own) == 4
    assert own == {name: told[name] for name in own}


def test_documented_suite_failures_are_those_beyond_the_bounds() -> None:
    told = section(OPERATING, "What one client may cost")
    assert MAX_MESSAGE_BYTES == MAX_ECHO_BYTES == 256 * 1024
    assert "| 256 KiB | 1009 |" in told
    assert f"| {MAX_FRAGMENTS} | 1008 |" in told
    assert f"| {CONTROL_FRAMES_PER_S} a second, {MAX_CONTROL_FRAMES} at once | 1008 |" in told
    assert f"{ceil(64 * 1024 / 1300)} fragments" in told
    assert f"1008 where the data does not shrink to {MAX_FRAGMENTS * 256 // 1024} KiB" in told
    assert f"1008 after {MAX_FRAGMENTS} fragments, or 1009 after {MAX_MESSAGE_BYTES // 1024} KiB" in told


def test_make_run_is_said_to_restart_by_itself_only_if_it_does() -> None:
    assert ("manage.py runserver" in page("bin/run")) is ("restarts when a source changes" in OPERATING)


def test_body_limit_is_documented_for_proxies() -> None:
    assert f"{MAX_BODY_BYTES // 1024**2} MiB with 413" in section(OPERATING, "Behind a proxy")


def test_every_limit_of_files_is_documented_with_its_default_and_nothing_else() -> None:
    documented = {code(row[0]): int(row[1]) for row in rows(OPERATING, "Files")}
    assert documented == msgspec.structs.asdict(FileLimits())


def test_every_quota_is_documented_with_its_default_and_nothing_else() -> None:
    documented = {code(row[0]): int(row[1]) for row in rows(OPERATING, "Quotas")}
    assert documented == msgspec.structs.asdict(Quotas())
