"""Tests of the name of a static tree."""

from pathlib import Path

from config.release import release


def test_release_changes_only_with_a_byte_or_a_name(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("one")
    first = release(tmp_path)
    assert release(tmp_path) == first
    (tmp_path / "a.js").write_text("two")
    second = release(tmp_path)
    (tmp_path / "a.js").rename(tmp_path / "b.js")
    assert len({first, second, release(tmp_path)}) == 3


def test_release_changes_when_bytes_move_to_the_next_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("12")
    (tmp_path / "b").write_text("3")
    first = release(tmp_path)
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("23")
    assert release(tmp_path) != first


def test_release_changes_with_the_version_of_django(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("one")
    assert release(tmp_path, "5.2.1") != release(tmp_path, "5.2.2")
