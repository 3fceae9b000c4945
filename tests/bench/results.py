"""A small invented results file, as `make bench` writes it."""

from typing import Any


def results(**rows: Any) -> dict[str, Any]:
    return {
        "date": "2026-01-02",
        "commit": "abc1234",
        "machine": {"cpu": "A <fast> one", "cores": 2, "kernel": "6.1", "disk": "ext2/ext3"},
        "limits_lifted": {"rate": 1000000},
        "versions": {"parlor": "Python 3.11", "ws": "ws 8, node 20"},
        "missing": {"gorilla": "go: not found"},
        "rows": {
            "500x64": {
                "parlor": [{"deliveries_s": value, "void": False} for value in (1.2e6, 1.4e6, 1.3e6)],
                "ws": [{"deliveries_s": 120_000, "void": False}, {"deliveries_s": 9e9, "void": True}],
                "uws": [{"deliveries_s": 9e9, "void": True}],
            },
            **rows,
        },
    }
