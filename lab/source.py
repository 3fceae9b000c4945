"""Lines of source as they run, for the page beside them."""

import inspect
import re
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.staticfiles import finders


class Source(NamedTuple):
    """Where the lines are, from the repository's root, and the lines."""

    path: str
    text: str


def python(thing: Any) -> Source:
    """A class or a function."""
    path = Path(inspect.getsourcefile(thing) or "")
    return Source(str(path.relative_to(settings.BASE)), dedent(inspect.getsource(thing)).rstrip())


def javascript(module: str, function: str) -> Source:
    """A function that `static/lab/<module>.js` declares at its first column, with the comment before it."""
    found = re.search(
        rf"^(?:/\*\*[^\n]*\*/\n)?(?:export )?(?:async )?function\*? {function}\(.*?^\}}$",
        Path(str(finders.find(f"lab/{module}.js"))).read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    if found is None:
        raise LookupError(f"no {function} in lab/{module}.js")
    return Source(f"static/lab/{module}.js", found[0])
