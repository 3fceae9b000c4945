"""Tests that the links of the pages lead somewhere."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, codes

LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
FILE = re.compile(r"[\w./-]+\.(?:py|js|html|json|toml|txt|md|css|po)")
FOLDERS = [
    "accounts",
    "bench",
    "bin",
    "chat",
    "config",
    "deploy",
    "docs",
    "game",
    "lab",
    "locale",
    "moderation",
    "search",
    "realtime",
    "static",
    "templates",
    "tests",
]


@cache
def known() -> list[str]:
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [f"/{path.relative_to(ROOT)}" for path in [*inside, *ROOT.glob("*")]]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    assert [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_files_that_are_named_exist(path: Path) -> None:
    named = {word for word in codes(path.read_text()) if FILE.fullmatch(word)}
    assert {name for name in named if not any(file.endswith(f"/{name}") for file in known())} == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_functions_that_are_named_with_their_module_exist(path: Path) -> None:
    """`chat.methods.message_post` is a name in `chat/methods.py` or below `chat/methods/`."""
    named = re.findall(r"`((?:realtime|accounts|chat|game|config)(?:\.\w+)+)\(?\)?`", path.read_text())
    assert {name for name in named if not is_there(name)} == set()


def is_there(name: str) -> bool:
    *module, word = name.split(".")
    stem = ROOT.joinpath(*module)
    sources = [stem.with_suffix(".py"), *stem.glob("*.py")]
    if (stem / f"{word}.py").exists() or (stem / word).is_dir():
        return True
    if word[0].isupper() and module[-1][0].isupper():
        return is_there(".".join(module))
    return any(
        re.search(rf"^\s*(?:def |class |async def )?{word}\b", p.read_text(), re.M) for p in sources if p.exists()
    )


def anchors(path: Path) -> set[str]:
    """Return the anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda path: path.name)
def test_anchors_of_links_are_headings(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", path.read_text())
    missing = [
        f"{page}#{anchor}"
        for page, anchor in links
        if (target := (path.parent / page if page else path)).suffix == ".md" and anchor not in anchors(target)
    ]
    assert missing == []
