"""Names of files: made safe, and kept in the header of a download."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.names import NAME_LENGTH, disposition, safe_name, with_suffix


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("notes.txt", "notes.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.doc", "a.doc"),
        ("/", "file"),
        ("", "file"),
        ("...", "file"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\0b\r\nc\x1b.txt", "ab c.txt"),
        ('a"b;c<d>.txt', "ab;cd.txt"),
        ("照片 (1).jpg", "照片 (1).jpg"),
        ("e\u0301.png", "\u00e9.png"),
        ("CON.txt", "_CON.txt"),
        ("\u0301\u0301", "file"),
        ("x" * 300 + ".png", "x" * (NAME_LENGTH - 4) + ".png"),
        ("x." + "y" * 300, ("x." + "y" * 300)[:NAME_LENGTH]),
    ],
)
def test_name_is_made_safe(given: str, safe: str) -> None:
    assert safe_name(given) == safe


@pytest.mark.attack
@given(st.text(max_size=400))
def test_any_name_is_one_safe_line(text: str) -> None:
    name = safe_name(text)
    assert 0 < len(name) <= NAME_LENGTH
    assert not set(name) & set('/\\<>:"|?*')
    assert not any(unicodedata.category(each) in {"Cc", "Zl", "Zp", "Cs"} for each in name)
    assert not any("\u202a" <= each <= "\u202e" or "\u2066" <= each <= "\u2069" for each in name)
    assert name not in {".", ".."}
    header = disposition("attachment", name)
    assert header.isascii()
    assert header.isprintable()


def test_ending_is_that_of_the_stored_format() -> None:
    assert with_suffix("a.gif", ".webp") == "a.webp"
    assert with_suffix("a.JPG", ".jpg") == "a.JPG"
    assert with_suffix("a", ".png") == "a.png"
    assert len(with_suffix("x" * NAME_LENGTH, ".png")) == NAME_LENGTH


def test_header_names_the_file_in_utf_8() -> None:
    assert disposition("inline", "é 1.png") == "inline; filename=\"_ 1.png\"; filename*=UTF-8''%C3%A9%201.png"
