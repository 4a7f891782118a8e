from pathlib import Path

import pytest

from lab.runner.names import LONGEST, case_folder, new_run_folder, point_latest


@pytest.mark.parametrize(
    ("case_id", "expected"),
    [
        ("upgrade/stripped[chromium]", "upgrade-stripped.chromium"),
        ("a[webkit,page.scheme=https]", "a.webkit-page.scheme=https"),
    ],
)
def test_case_folder_is_readable(case_id: str, expected: str) -> None:
    assert case_folder(case_id) == expected


def test_case_folder_tells_apart_what_replacing_makes_equal() -> None:
    names = {case_folder("a b[chromium]"), case_folder("a?b[chromium]"), case_folder("a/b[chromium]")}
    assert len(names) == 3


@pytest.mark.parametrize("case_id", ["../../etc/passwd", "☃" * 500, "", ".", "a" * 5000])
def test_case_folder_stays_one_safe_component(case_id: str) -> None:
    name = case_folder(case_id)
    assert "/" not in name and name not in (".", "..") and 0 < len(name) <= LONGEST + 9


def test_new_run_folder_never_takes_one_that_is_there(tmp_path: Path) -> None:
    made = [new_run_folder(tmp_path / "out", 0.0) for _ in range(3)]
    assert len(set(made)) == 3 and all(path.is_dir() for path in made)


def test_latest_points_to_the_newest_run(tmp_path: Path) -> None:
    for number in range(2):
        folder = new_run_folder(tmp_path, float(number))
        point_latest(folder)
        assert (tmp_path / "latest").resolve() == folder
