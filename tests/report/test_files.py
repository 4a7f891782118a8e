import stat
from pathlib import Path

import pytest

from lab.report.files import replace


def test_replace_puts_new_content_in_place_of_old(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    assert replace(path, b"new") == path
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_replace_makes_a_file_with_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.write_text("")
    path = replace(tmp_path / "a.txt", b"")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)


def test_replace_leaves_no_temporary_file_after_a_failure(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        replace(tmp_path / "taken", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
