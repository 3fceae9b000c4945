"""What the Dockerfile and the compose file say."""

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
        """Of the JSON form, in which nothing is left to a shell, or by spaces."""
        return json.loads(self.rest) if self.rest.startswith("[") else self.rest.split()


def dockerfile() -> Iterator[Instruction]:
    """Comments left out, and lines that go on put together."""
    lines = [line for line in (DEPLOY / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    for line in filter(None, "\n".join(lines).replace("\\\n", " ").splitlines()):
        name, _, rest = line.partition(" ")
        yield Instruction(name, rest.strip())


def all_of(name: str) -> list[Instruction]:
    return [each for each in dockerfile() if each.name == name]


def image_environment() -> dict[str, str]:
    return dict(word.split("=", 1) for each in all_of("ENV") for word in each.words)


def compose() -> dict[str, Any]:
    """With its variables as they stand there."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def filled(value: str, given: Mapping[str, str]) -> str:
    """As compose does; KeyError for a variable that must be given and is not."""

    def fill(found: re.Match[str]) -> str:
        return given.get(found["name"], found["what"]) if found["how"] == "-" else given[found["name"]]

    return VARIABLE.sub(fill, value)
