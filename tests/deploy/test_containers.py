"""Tests the Dockerfile and the compose file against the code and each other. No engine builds them here."""

import ast
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import get_commands, load_command_class

from realtime.server.processes.supervisor import LEAVE_TIMEOUT_S
from tests.deploy.containers import VARIABLE, all_of, compose, dockerfile, filled, image_environment
from tests.docs.pages import page
from tests.services.environment import SETTINGS, without_settings
from tests.services.proxies import DEPLOY

ROOT = DEPLOY.parent
INSTRUCTIONS = {"FROM", "RUN", "COPY", "WORKDIR", "ENV", "VOLUME", "EXPOSE", "USER", "STOPSIGNAL", "HEALTHCHECK", "CMD"}
"""The Dockerfile uses only these instructions of Docker."""
WORDS_OF_A_SERVICE = {
    "build",
    "image",
    "command",
    "environment",
    "volumes",
    "ports",
    "depends_on",
    "healthcheck",
    "stop_grace_period",
    "restart",
}
GIVEN = {"PARLOR_SITE": "chat.example.com", "POSTGRES_PASSWORD": "secret"}
SERVICES: dict[str, Any] = compose()["services"]


def commands() -> list[list[str]]:
    """Return the commands that the image runs, in order."""
    [cmd] = all_of("CMD")
    shell, minus_c, script = cmd.words
    assert (shell, minus_c) == ("sh", "-c")
    script = script.replace('"$PROCESSES"', image_environment()["PROCESSES"])
    return [shlex.split(part.strip().removeprefix("exec ")) for part in script.split("&&")]


# The image


def test_dockerfile_has_known_instructions_and_a_python_that_is_new_enough() -> None:
    first, *others = dockerfile()
    assert {each.name for each in others} <= INSTRUCTIONS
    version = re.fullmatch(r"python:3\.(\d+)-slim-\w+", first.rest)
    assert first.name == "FROM"
    assert version
    assert int(version[1]) >= 11


def test_image_copies_files_that_exist() -> None:
    sources = [source for each in all_of("COPY") for source in each.words[:-1]]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


@pytest.mark.parametrize("script", [each.rest for each in all_of("RUN")] + [all_of("CMD")[0].words[-1]])
def test_shell_scripts_of_the_image_parse(script: str) -> None:
    assert subprocess.run(["sh", "-n", "-c", script], check=False).returncode == 0


def test_image_runs_existing_commands_with_existing_options() -> None:
    ran = commands()
    assert [command[2] for command in ran] == ["migrate", "collectstatic", "serve"]
    for python, manage, name, *options in ran:
        assert (python, manage) == ("python", "manage.py")
        load_command_class(get_commands()[name], name).create_parser(manage, name).parse_args(options)


def test_image_environment_names_existing_settings() -> None:
    assert set(image_environment()) - {"PYTHONUNBUFFERED", "PROCESSES"} <= SETTINGS


def test_image_serves_as_a_user_that_owns_the_volumes() -> None:
    [user], names = all_of("USER"), [each.name for each in dockerfile()]
    made = all_of("RUN")[0].rest
    assert re.search(rf"useradd .*--home-dir /var/lib/parlor --create-home {user.rest}\b", made)
    assert f"install --directory --owner={user.rest} --group={user.rest} /var/cache/parlor" in made
    assert "RUN" not in names[names.index("USER") :]
    given = image_environment()
    assert all_of("VOLUME")[0].words == [given["PARLOR_DATA"], given["STATIC_FILES"]]


def test_health_check_asks_the_port_of_the_server() -> None:
    python, minus_c, program = json.loads(all_of("HEALTHCHECK")[0].rest.partition("CMD ")[2])
    ast.parse(program)
    assert (python, minus_c) == ("python", "-c")
    port = image_environment()["PORT"]
    assert f"'http://127.0.0.1:{port}/healthz'" in program
    assert [each.rest for each in all_of("EXPOSE")] == [port]


# The composition


def test_compose_services_are_documented_and_use_known_keys() -> None:
    assert list(SERVICES) == ["parlor", "postgres", "redis", "caddy"]
    assert "starts Parlor, PostgreSQL, Redis and Caddy" in page("docs/operating.md")
    for service in SERVICES.values():
        assert set(service) <= WORDS_OF_A_SERVICE
        assert ("build" in service) != ("image" in service)
        assert service["restart"] == "unless-stopped"


def test_compose_builds_the_image_from_this_repository() -> None:
    build = SERVICES["parlor"]["build"]
    context = (DEPLOY / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).samefile(DEPLOY / "Dockerfile")


def test_compose_sets_variables_that_parlor_and_caddy_read() -> None:
    read = set(re.findall(r"\{\$([A-Z_]+)", (DEPLOY / "Caddyfile").read_text()))
    assert set(SERVICES["parlor"]["environment"]) - {"PROCESSES"} <= SETTINGS
    assert '"$PROCESSES"' in all_of("CMD")[0].words[-1]
    assert set(SERVICES["caddy"]["environment"]) <= read


def test_required_variables_are_documented() -> None:
    found = list(VARIABLE.finditer((DEPLOY / "compose.yaml").read_text()))
    assert {each["name"] for each in found if each["how"] == "?"} == set(GIVEN)
    assert "with `PARLOR_SITE` and `POSTGRES_PASSWORD` in the environment" in page("docs/operating.md")
    assert {each["name"] for each in found} - set(GIVEN) == {"PROCESSES"}


def test_compose_environment_is_ready_for_production(tmp_path: Path) -> None:
    given = {name: filled(value, GIVEN) for name, value in SERVICES["parlor"]["environment"].items()}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    here = {"PARLOR_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment = without_settings() | image_environment() | given | here
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_services_find_each_other() -> None:
    given = {name: filled(value, GIVEN) for name, value in SERVICES["parlor"]["environment"].items()}
    postgres = SERVICES["postgres"]["environment"]
    url = urlsplit(given["DATABASE_URL"])
    assert url.username == postgres["POSTGRES_USER"]
    assert given["DATABASE_PASSWORD"] == filled(postgres["POSTGRES_PASSWORD"], GIVEN)
    hosts = [url.hostname, urlsplit(given["REDIS_URL"]).hostname]
    assert hosts == ["postgres", "redis"]
    assert SERVICES["caddy"]["environment"]["PARLOR_UPSTREAM"] == f"parlor:{image_environment()['PORT']}"
    assert SERVICES["postgres"]["healthcheck"]["test"] == ["CMD", "pg_isready", "--username", url.username]


def test_services_wait_only_for_services_with_a_health_check() -> None:
    for service in SERVICES.values():
        awaited = service.get("depends_on", [])
        assert set(awaited) <= set(SERVICES)
        for name, how in awaited.items() if isinstance(awaited, dict) else []:
            assert how["condition"] in {"service_started", "service_healthy"}
            assert how["condition"] == "service_started" or "healthcheck" in SERVICES[name]


def test_volumes_are_declared_and_mounted_at_their_paths() -> None:
    mounts = {name: [each.split(":") for each in it.get("volumes", [])] for name, it in SERVICES.items()}
    sources = {source for each in mounts.values() for source, *_ in each}
    files = {source for source in sources if source.startswith(".")}
    assert sources - files == set(compose()["volumes"])
    assert [source for source in files if not (DEPLOY / source).exists()] == []
    assert [place for _, place in mounts["parlor"]] == all_of("VOLUME")[0].words
    assert ["static", image_environment()["STATIC_FILES"], "ro"] in mounts["caddy"]
    assert f"{{$STATIC_FILES:{image_environment()['STATIC_FILES']}}}" in (DEPLOY / "Caddyfile").read_text()


def test_stop_grace_period_is_longer_than_a_drain() -> None:
    assert float(SERVICES["parlor"]["stop_grace_period"].removesuffix("s")) > LEAVE_TIMEOUT_S
    assert [each.rest for each in all_of("STOPSIGNAL")] == ["SIGTERM"]
