"""The audit counts only packages that a source has compared."""

from tests.audit import javascript_report, output, python_report

SKIPPED = {"name": "django", "skip_reason": "Dependency not found on PyPI and could not be audited: django (5.2.19)"}
CLEAN = {"name": "idna", "version": "3.20", "vulns": []}
VULNERABLE = {"name": "nh3", "version": "0.3.8", "vulns": [{"id": "PYSEC-1"}]}


def test_report_says_not_audited_when_every_package_was_skipped() -> None:
    report = python_report("pypi", {"dependencies": [SKIPPED]})
    assert "not audited" in str(report)
    assert report.found == []


def test_report_lists_each_vulnerability_of_compared_packages() -> None:
    report = python_report("pypi", {"dependencies": [SKIPPED, CLEAN, VULNERABLE]})
    assert str(report) == "pypi: 2 packages, 1 vulnerable\n  nh3 0.3.8: PYSEC-1"


def test_report_of_npm_needs_an_audit_and_not_an_error() -> None:
    assert "not audited" in str(javascript_report({"message": "405 Method Not Allowed", "error": {}}))
    audit = {"vulnerabilities": {"left-pad": {"severity": "high"}}, "metadata": {"dependencies": {"total": 3}}}
    assert javascript_report(audit) == ("npm", 3, ["left-pad: high"])


def test_output_is_empty_when_the_command_is_missing_or_prints_no_json() -> None:
    assert output(("no-such-program",)) == {}
    assert output(("echo", "not JSON")) == {}
