"""Colours for code in named languages. Pure; it runs in the rendering process, within its CPU time.

Pygments finds the tokens. The many kinds of Pygments become the few classes of `CLASSES`, so that a message stays short
and the colours can be told apart.
"""

import time
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from functools import cache
from html import escape
from itertools import groupby
from typing import Any, Final

from markdown_it.token import Token
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String, _TokenType

CODE_LENGTH: Final = 4_096
"""The code of a message that gets colours. Longer code is shown without."""
LEAST_LENGTH: Final = 200
"""A shorter block counts as so much code."""
MOST_S: Final = 0.06
"""The colours of a message may take so many CPU seconds; usual code takes a tenth of it."""
LANGUAGES: Final = frozenset({
    "bash", "c", "cpp", "csharp", "css", "dart", "diff", "docker", "elixir", "go", "graphql", "haskell", "html",
    "ini", "java", "javascript", "json", "kotlin", "lua", "make", "markdown", "nginx", "perl", "php",
    "powershell", "python", "r", "ruby", "rust", "sql", "swift", "toml", "typescript", "xml", "yaml",
})  # fmt: skip
ALIASES: Final = {
    "c#": "csharp", "c++": "cpp", "cs": "csharp", "dockerfile": "docker", "golang": "go", "hs": "haskell",
    "js": "javascript", "jsonc": "json", "jsx": "javascript", "kt": "kotlin", "makefile": "make",
    "md": "markdown", "patch": "diff", "pl": "perl", "ps1": "powershell", "py": "python", "python3": "python",
    "rb": "ruby", "rs": "rust", "sh": "bash", "shell": "bash", "svg": "xml", "ts": "typescript",
    "tsx": "typescript", "yml": "yaml", "zsh": "bash",
}  # fmt: skip
KINDS: Final[Sequence[tuple[_TokenType, str]]] = (
    (Comment, "hl-comment"),
    (Keyword.Type, "hl-type"),
    (Keyword, "hl-keyword"),
    (Operator.Word, "hl-keyword"),
    (String, "hl-string"),
    (Number, "hl-number"),
    (Name.Function, "hl-name"),
    (Name.Class, "hl-type"),
    (Name.Tag, "hl-keyword"),
    (Name.Attribute, "hl-name"),
    (Name.Decorator, "hl-name"),
    (Name.Builtin, "hl-type"),
    (Generic.Deleted, "hl-deleted"),
    (Generic.Inserted, "hl-inserted"),
    (Generic.Heading, "hl-keyword"),
    (Generic.Subheading, "hl-keyword"),
)
CLASSES: Final = frozenset(name for _, name in KINDS)


def fence(tokens: Sequence[Token], index: int, env: MutableMapping[str, Any]) -> str:
    """Return the HTML of a code block."""
    token = tokens[index]
    return f"<pre><code>{coloured(token.content, token.info, env)}</code></pre>\n"


def coloured(code: str, info: str, env: MutableMapping[str, Any]) -> str:
    """Return code as HTML, with colours when its language is known and the message has not too much code."""
    lexer = lexer_of(info)
    length = env.get("code", 0) + max(len(code), LEAST_LENGTH)
    if lexer is None or length > CODE_LENGTH:
        return escape(code)
    env["code"] = length
    until = env.setdefault("colours until", time.thread_time() + MOST_S)
    found = list(_merged(_until(until, lexer.get_tokens(code))))
    if "".join(text for _, text in found) != code:
        return escape(code)  # it took too long, or Pygments has dropped a byte order mark
    return "".join(_span(name, text) for name, text in found)


def lexer_of(info: str) -> Lexer | None:
    """Return the lexer for the first word after the fence, or None when it names no language."""
    name = info.split(maxsplit=1)[0].lower() if info.strip() else ""
    name = ALIASES.get(name, name)
    return _lexer(name) if name in LANGUAGES else None


@cache
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


def _until(until: float, tokens: Iterable[tuple[_TokenType, str]]) -> Iterator[tuple[_TokenType, str]]:
    """Yield tokens until the thread has used so much CPU time. Some lexers take quadratic time for unusual code."""
    for token in tokens:
        if time.thread_time() > until:
            return
        yield token


def _merged(tokens: Iterable[tuple[_TokenType, str]]) -> Iterator[tuple[str, str]]:
    named = ((_class_of(kind), text) for kind, text in tokens)
    for name, group in groupby(named, key=lambda pair: pair[0]):
        yield name, "".join(text for _, text in group)


@cache
def _class_of(kind: _TokenType) -> str:
    return next((name for parent, name in KINDS if kind[: len(parent)] == parent), "")


def _span(name: str, text: str) -> str:
    if not name or text.isspace():
        return escape(text)
    return f'<span class="{name}">{escape(text)}</span>'
