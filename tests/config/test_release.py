"""The name of a static tree."""

from pathlib import Path

from config.release import release


def test_the_release_changes_with_a_byte_a_name_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("one")
    first = release(tmp_path)
    assert release(tmp_path) == first
    (tmp_path / "a.js").write_text("two")
    second = release(tmp_path)
    (tmp_path / "a.js").rename(tmp_path / "b.js")
    assert len({first, second, release(tmp_path)}) == 3


def test_bytes_that_move_to_the_next_file_make_another_release(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("12")
    (tmp_path / "b").write_text("3")
    first = release(tmp_path)
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("23")
    assert release(tmp_path) != first


def test_another_version_of_django_has_other_files_in_the_admin(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("one")
    assert release(tmp_path, "5.2.1") != release(tmp_path, "5.2.2")
