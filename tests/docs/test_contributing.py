"""CONTRIBUTING.md, the changelog, and the files that tools for contributors read."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from config import __version__
from tests.docs.pages import ROOT, page

PROGRAMS = Path(sys.executable).parent
WORKFLOW = ".github/workflows/test.yml"


@pytest.mark.parametrize(
    ("schema", "path"),
    [("vendor.github-workflows", WORKFLOW), ("vendor.compose-spec", "deploy/compose.yaml")],
)
def test_yaml_file_follows_the_schema_of_its_reader(schema: str, path: str) -> None:
    check = [str(PROGRAMS / "check-jsonschema"), "--builtin-schema", schema, path]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_workflow_runs_make_test_on_the_pythons_that_contributing_names() -> None:
    job = yaml.safe_load(page(WORKFLOW))["jobs"]["test"]
    pythons = job["strategy"]["matrix"]["python"]
    assert f"Python {', '.join(pythons[:-1])} or {pythons[-1]}" in page("CONTRIBUTING.md")
    required = SpecifierSet(tomllib.loads(page("pyproject.toml"))["project"]["requires-python"])
    assert [python for python in pythons if python not in required] == []
    assert job["steps"][-1]["run"] == "make test PYTHON=python"


def test_hooks_are_valid_and_call_programs_of_the_environment() -> None:
    name = ".pre-commit-config.yaml"
    subprocess.run([PROGRAMS / "pre-commit", "validate-config", name], cwd=ROOT, check=True)
    [repository] = yaml.safe_load(page(name))["repos"]
    assert repository["repo"] == "local"
    programs = {hook["entry"].split()[0] for hook in repository["hooks"]} - {"make"}
    assert [program for program in programs if not (PROGRAMS / program.removeprefix(".venv/bin/")).exists()] == []


def test_named_targets_are_in_the_makefile() -> None:
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", page("CONTRIBUTING.md"), re.MULTILINE))
    assert "test" in named
    assert named <= set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))


def test_changelog_has_dated_releases_below_the_version_of_the_code() -> None:
    first, *others = re.findall(r"^## (.*)$", page("CHANGELOG.md"), re.MULTILINE)
    version = Version(__version__)
    assert (first == "Unreleased") is version.is_devrelease
    releases = others if version.is_devrelease else [first, *others]
    found = [re.fullmatch(r"(\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}", heading) for heading in releases]
    assert None not in found, releases
    versions = [Version(match[1]) for match in found if match]
    assert versions == sorted(versions, reverse=True)
    assert version > versions[0] if version.is_devrelease else version == versions[0]
