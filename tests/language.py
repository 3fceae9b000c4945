"""Check the words of the sources: docstrings, test names, and words that another word has replaced.

`python -m tests.language` checks every tracked file, and with paths the files below them. Ruff checks how docstrings
are laid out.
"""

import ast
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
WORDS = tomllib.loads((ROOT / "tests" / "language_words.toml").read_text())
OPENERS = set(WORDS["openers"].split())
ARTICLES = {"a", "an", "the"}


class Offence(NamedTuple):
    path: str
    line: int
    rule: str
    text: str


def docstrings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield each string that stands as a statement: docstrings, and the text below an attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value


def first_word(text: str) -> str:
    return re.split(r"[^a-z]", text.lower(), maxsplit=1)[0]


def prose(text: str) -> Iterator[str]:
    """Yield the rules that a documenting text breaks."""
    lines = text.strip().splitlines() or [""]
    if first_word(lines[0]) in OPENERS:
        yield "opening word"
    if not re.match(r"""["'“]?[A-Z0-9`]""", lines[0]):
        yield "capital letter"
    if not re.search(r"[.?!:)`]$", lines[-1]) and not lines[-1].startswith("    "):
        yield "full stop"
    if len(text.split()) < 3:
        yield "fragment"


def old_words(name: str) -> Iterator[str]:
    """Yield what to write in place of the words of an identifier or a file name."""
    if name in WORDS["names"]:
        yield f"{name} → {WORDS['names'][name]}"
    for word in re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().split("_"):
        if word in WORDS["words"]:
            yield f"{name}: {word} → {WORDS['words'][word]}"


def old_phrases(text: str) -> Iterator[str]:
    for phrase, better in WORDS["phrases"].items():
        if re.search(rf"\b{phrase}\b", text, re.IGNORECASE):
            yield f"{phrase} → {better}"


def python(path: Path) -> Iterator[tuple[int, str, str]]:
    tree = ast.parse(path.read_text())
    for line, text in docstrings(tree):
        for rule in prose(text):
            yield line, rule, text
        for phrase in old_phrases(text):
            yield line, "old word", phrase
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_misnamed(node.name):
            yield node.lineno, "test name", node.name
    seen: set[str] = set()
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.NAME and token.string not in seen:
                seen.add(token.string)
                for better in old_words(token.string):
                    yield token.start[0], "old word", better


def is_misnamed(function: str) -> bool:
    return function.startswith("test_") and function.split("_")[1] in OPENERS | ARTICLES


JSDOC = re.compile(r"/\*\*(.*?)\*/", re.DOTALL)
TITLE = re.compile(r"""^\s*(?:test|it)\(\s*(["'`])(.+?)\1""", re.MULTILINE)
NO_CODE = re.compile(r"""/\*.*?\*/|(?<!:)//[^\n]*|"[^"\n]*"|'[^'\n]*'""", re.DOTALL)


def javascript(path: Path) -> Iterator[tuple[int, str, str]]:
    source = path.read_text()
    for match in JSDOC.finditer(source):
        text = re.sub(r"\s*\n\s*\* ?", "\n", match[1]).split("@")[0].strip()
        for rule in prose(text) if text else ():
            yield line_of(source, match), rule, text
        for phrase in old_phrases(text):
            yield line_of(source, match), "old word", phrase
    for match in TITLE.finditer(source):
        if first_word(match[2]) in OPENERS | ARTICLES:
            yield line_of(source, match), "test name", match[2]
    code = NO_CODE.sub(lambda match: "\n" * match[0].count("\n"), source)
    names = {match[0]: match for match in reversed(list(re.finditer(r"[A-Za-z_]\w*", code)))}
    for name, match in names.items():
        for better in old_words(name):
            yield line_of(code, match), "old word", better


def line_of(source: str, match: re.Match[str]) -> int:
    return source.count("\n", 0, match.start()) + 1


def markdown(path: Path) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        for phrase in old_phrases(line):
            yield number, "old word", phrase


READERS = {".py": python, ".js": javascript, ".md": markdown}


@cache
def tracked() -> list[str]:
    """Return the files to check: what git knows, without migrations and without what tells the past."""
    found = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [
        name
        for name in found
        if Path(name).suffix in READERS
        and "migrations" not in name
        and name != "CHANGELOG.md"
        and (ROOT / name).exists()
    ]


def offences(names: Iterable[str]) -> list[Offence]:
    found: list[Offence] = []
    for name in names:
        path = Path(name)
        found += [Offence(name, line, rule, text) for line, rule, text in READERS[path.suffix](ROOT / name)]
        found += [Offence(name, 1, "file name", text) for part in path.parts for text in old_words(part.split(".")[0])]
    return sorted(each for each in found if not is_allowed(each))


def is_allowed(offence: Offence) -> bool:
    """Say whether the table of exceptions names the text and the place."""
    return any(
        re.search(each["text"], offence.text) and re.match(each["path"], offence.path) for each in WORDS["allowed"]
    )


def below(paths: list[str]) -> list[str]:
    """Return the tracked files at or below the paths."""
    wanted = [Path(path).resolve() for path in paths]
    return [name for name in tracked() if any((ROOT / name).is_relative_to(path) for path in wanted)]


def shown(offence: Offence) -> str:
    text = " ".join(offence.text.split())
    return f"{offence.path}:{offence.line}: {offence.rule}: {text[:100]}"


def main(arguments: list[str]) -> int:
    found = offences(below(arguments or [str(ROOT)]))
    print(*map(shown, found), sep="\n")
    print(f"{len(found)} to correct" if found else "The language is plain.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
