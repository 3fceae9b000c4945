"""Compare the installed packages with public databases of vulnerabilities: `make audit`.

A database that cannot be reached is reported and is no failure. pip-audit then says "No known vulnerabilities found":
it skips each package that its source does not know, so only packages that were compared are counted here.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

PIP = (sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--vulnerability-service")
NPM = ("npm", "audit", "--package-lock-only", "--json")


class Report(NamedTuple):
    """The number of packages that one source compared, and its findings; 0 when it could not be reached."""

    source: str
    compared: int
    found: list[str]

    def __str__(self) -> str:
        if not self.compared:
            return f"{self.source}: not audited, the source cannot be reached from here"
        return "\n  ".join([f"{self.source}: {self.compared} packages, {len(self.found)} vulnerable", *self.found])


def output(command: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON that the command prints, or nothing when it prints none."""
    try:
        text = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300).stdout
        read: dict[str, Any] = json.loads(text)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
    return read


def python_report(source: str, read: dict[str, Any]) -> Report:
    compared = [package for package in read.get("dependencies", []) if "vulns" in package]
    found = [
        f"{package['name']} {package['version']}: {vulnerability['id']}"
        for package in compared
        for vulnerability in package["vulns"]
    ]
    return Report(source, len(compared), found)


def javascript_report(read: dict[str, Any]) -> Report:
    found = [f"{name}: {package['severity']}" for name, package in read.get("vulnerabilities", {}).items()]
    return Report("npm", read.get("metadata", {}).get("dependencies", {}).get("total", 0), found)


def reports() -> Iterator[Report]:
    for service in ("pypi", "osv"):
        report = python_report(service, output((*PIP, service)))
        yield report
        if report.compared:
            break
    yield javascript_report(output(NPM))


def main() -> int:
    made = list(reports())
    print(*made, sep="\n")
    return int(any(report.found for report in made))


if __name__ == "__main__":
    sys.exit(main())
