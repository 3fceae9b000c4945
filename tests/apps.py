"""The apps of the project, as pyproject.toml names them for import-linter, so that no list of a test lacks one."""

import tomllib
from pathlib import Path
from typing import Final

_SETTINGS = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
APPS: Final = tuple(_SETTINGS["tool"]["importlinter"]["root_packages"])
