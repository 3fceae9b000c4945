"""Read the Dockerfile and the compose file."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from tests.services.proxies import DEPLOY

VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<what>[^}]*))?\}")


class Instruction(NamedTuple):
    name: str
    rest: str

    @property
    def words(self) -> list[str]:
        """Return the words of the JSON form, which needs no shell, or those between spaces."""
        return json.loads(self.rest) if self.rest.startswith("[") else self.rest.split()


def dockerfile() -> Iterator[Instruction]:
    """Yield the instructions without comments; continued lines are joined."""
    lines = [line for line in (DEPLOY / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    for line in filter(None, "\n".join(lines).replace("\\\n", " ").splitlines()):
        name, _, rest = line.partition(" ")
        yield Instruction(name, rest.strip())


def all_of(name: str) -> list[Instruction]:
    return [each for each in dockerfile() if each.name == name]


def image_environment() -> dict[str, str]:
    return dict(word.split("=", 1) for each in all_of("ENV") for word in each.words)


def compose() -> dict[str, Any]:
    """Return the compose file with its variables unfilled."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def filled(value: str, given: Mapping[str, str]) -> str:
    """Fill in the variables as compose does. Raise KeyError for a required variable that is missing."""

    def fill(found: re.Match[str]) -> str:
        return given.get(found["name"], found["what"]) if found["how"] == "-" else given[found["name"]]

    return VARIABLE.sub(fill, value)
