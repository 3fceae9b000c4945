"""Read lines of source code for the page that shows them."""

import inspect
import re
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.staticfiles import finders


class Source(NamedTuple):
    """Lines of source code, and their path from the repository's root."""

    path: str
    text: str


def python(thing: Any) -> Source:
    """Return the source of a class or a function."""
    path = Path(inspect.getsourcefile(thing) or "")
    return Source(str(path.relative_to(settings.BASE)), dedent(inspect.getsource(thing)).rstrip())


def javascript(module: str, *names: str) -> Source:
    """Return functions, classes and constants of `static/lab/<module>.js`.

    Each is declared at the first column, and is returned with the comment in the line before it.
    """
    text = Path(str(finders.find(f"lab/{module}.js"))).read_text("utf-8")
    return Source(f"static/lab/{module}.js", "\n\n".join(_declared(name, text) for name in names))


def _declared(name: str, text: str) -> str:
    found = re.search(
        rf"^(?:/\*\*[^\n]*\*/\n)?(?:export )?"
        rf"(?:(?:(?:async )?function\*?|class) {name}\b.*?^\}}$|const {name}\b.*?;$)",
        text,
        re.MULTILINE | re.DOTALL,
    )
    if found is None:
        raise LookupError(f"no {name} is declared")
    return found[0]
