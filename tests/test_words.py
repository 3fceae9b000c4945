"""The words users read: one term for each thing in both languages, and nothing left untranslated."""

import ast
import gettext
import json
import re
from pathlib import Path

import pytest

from tests.apps import APPS

ROOT = Path(__file__).parents[1]
CLIENT = ["", "live/", "lab/"]
PO = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"

ENGLISH = [
    r"\bstand up\b",
    r"\bsit down\b",
    r"\blooking in\b",
    r"\bput out\b",
    r"\btake back\b",
    r"\bfor ever\b",
    r"\bgo for good\b",
    r"\bat the door\b",
    r"\bsecond step\b",
    r"\be-mail",
    r"\bpanic\b",
    r"\bsomebody\b",
    r"\bmay not\b(?! send)",
    r"\.\.\.",
]
"""Phrases that no user of another chat knows, each with a current word in their place."""

CHINESE = ["主持", "站长", "牌桌", "……", "忘记我", "永久离开", "请出", "再看一下", "\\.\\.\\."]
"""The word 房主 is a host, 版主 a moderator, 管理员 an admin; an ellipsis is one character."""


def client(language: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for folder in CLIENT:
        words |= json.loads((ROOT / "static" / "words" / folder / f"{language}.json").read_text())
    return words


def catalogue() -> dict[str, str]:
    """Return the translations by their texts; a text over several lines is joined, the header left out."""
    joined = PO.read_text().replace('"\n"', "")
    pattern = r'^msgid "(.+)"\n(?:msgid_plural ".*"\n)?msgstr(?:\[0\])? "(.*)"$'
    found = re.findall(pattern, joined, re.MULTILINE)
    return {ast.literal_eval(f'"{key}"'): ast.literal_eval(f'"{value}"') for key, value in found}


def test_english_has_no_phrase_of_the_old_dialect() -> None:
    texts = [*client("en").values(), *catalogue()]
    found = [(phrase, text) for phrase in ENGLISH for text in texts if re.search(phrase, text, re.IGNORECASE)]
    assert found == []


def test_chinese_has_one_word_for_each_role() -> None:
    texts = [*client("zh-hans").values(), *catalogue().values()]
    assert [(phrase, text) for phrase in CHINESE for text in texts if re.search(phrase, text)] == []


@pytest.mark.parametrize(
    ("english", "chinese"), [(r"\bhosts?\b", "房主"), (r"\bmoderators?\b", "版主"), (r"\badmins?\b", "管理员")]
)
def test_role_has_the_same_chinese_word_everywhere(english: str, chinese: str) -> None:
    """The texts of the lab speak of hosts on the network."""
    words, translated = client("en"), client("zh-hans")
    network = re.compile(r"Host header|this host|http")
    pairs = [(words[key], translated[key]) for key in words if key in translated] + list(catalogue().items())
    said = [(en, zh) for en, zh in pairs if re.search(english, en, re.IGNORECASE) and not network.search(en)]
    assert said
    assert [(en, zh) for en, zh in said if chinese not in zh] == []


def test_both_languages_have_the_same_keys() -> None:
    english = {key for key in client("en") if not key.endswith(".one")}
    assert english == set(client("zh-hans"))


def test_both_languages_fill_in_the_same_values() -> None:
    english, chinese = client("en"), client("zh-hans")
    named = [(english[key], chinese[key]) for key in chinese] + list(catalogue().items())
    values = re.compile(r"\{\w+\}|%\(\w+\)[sd]|<[^>]+>")
    assert [pair for pair in named if set(values.findall(pair[0])) != set(values.findall(pair[1]))] == []


def marked() -> set[str]:
    """Return every text that a template or a Python file marks for translation."""
    texts: set[str] = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in ("_", "gettext", "gettext_noop", "ngettext")
                ):
                    text = node.args[0]
                    texts |= {str(text.value)} if isinstance(text, ast.Constant) else set()
    for path in (ROOT / "templates").rglob("*.*"):
        source = path.read_text()
        texts |= {text for _, text in re.findall(r"""(?:translate |_\()(["'])(.+?)\1""", source)}
        for block in re.findall(r"\{% blocktranslate[^%]*%\}(.+?)\{% endblocktranslate", source, re.DOTALL):
            block = block.partition("{% plural %}")[0]
            texts.add(re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", block))
    return texts


def test_every_marked_text_is_translated() -> None:
    assert sorted(marked() - set(catalogue())) == []


def test_no_translation_is_left_over() -> None:
    """The name of a language stands in the settings."""
    assert sorted(set(catalogue()) - marked()) == []


def test_compiled_catalogue_is_the_one_in_the_source() -> None:
    """Run `msgfmt -o django.mo django.po` in its folder after an edit."""
    with PO.with_suffix(".mo").open("rb") as compiled:
        found = gettext.GNUTranslations(compiled)
    said = {key: found.gettext(key) for key in catalogue()}
    assert {key: found.ngettext(key, key, 1) if text == key else text for key, text in said.items()} == catalogue()
