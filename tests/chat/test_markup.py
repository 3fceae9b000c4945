"""Text and names are shown, never run: what leaves the renderer is a short list of tags, and names can be seen."""

from html.parser import HTMLParser

import pytest

from chat.text import TAGS, rendered, written

pytestmark = pytest.mark.attack

MARKUP = [
    "<script>X=1</script>", "<img src=x onerror=X=1>", "<svg/onload=X=1>",
    '"><script>X=1</script>', "</script><script>",
    "<iframe srcdoc='<script>X=1</script>'>", "<math><mtext></table></math><img src onerror=X=1>",
    "<!--<script>",
    "<a href=javascript:X=1>a</a>", "<details open ontoggle=X=1>", "<base href=http://evil.example/>",
    "<style>@import 'x'",
]  # fmt: skip
LINKS = [
    "[a](javascript:X=1)", "[a](JaVaScRiPt:X=1)", "[a](java\tscript:X=1)", "[a](&#106;avascript:X=1)",
    "[a](javascript&colon;X=1)", "[a](\x01javascript:X=1)", "[a](data:text/html,<script>X=1</script>)",
    "[a](vbscript:X=1)", "<javascript:X=1>", "[a](http://a 'onmouseover=X=1')", '[a](http://a "t\\" onmouseover=X=1")',
    "![x](http://evil.example/x.png)", "![x](data:image/svg+xml,<svg onload=X=1>)", "[a]: javascript:X=1\n\n[a]",
    '[a](http://evil.example/"onmouseover="X=1)', 'http://evil.example/"onmouseover=X=1',
    "http://evil.example/<svg/onload=X=1>",
    "[<img src=x onerror=X=1>](http://a)", "`<img src=x onerror=X=1>`",
    '```" onload=X=1\nx\n```', "[a](//evil.example)",
    "[a](/i/x/join)", "[a](blob:http://x)", "[a](file:///etc/passwd)", "[a](\\\\evil\\x)", "> <svg onload=X=1>",
]  # fmt: skip
WRAPS = ["{}", "**{}**", "> {}", "1. {}", "~~{}~~", "[{}](http://a)", "{}\n\n`x`", "*{}"]


class Elements(HTMLParser):
    """Every element of a markup with its attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("attack", MARKUP + LINKS)
def test_no_text_becomes_more_than_the_tags_allowed(attack: str, wrap: str) -> None:
    markup = rendered(written(wrap.format(attack))).html or ""
    for tag, attributes in Elements(markup).found:
        assert tag in TAGS
        assert set(attributes) <= {"href", "rel", "target", "start", "title"}
        address = attributes.get("href")
        assert address is None or address.startswith(("http://", "https://", "mailto:"))
