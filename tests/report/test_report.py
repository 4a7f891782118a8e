from pathlib import Path

import pytest

from lab import report
from lab.errors import EnvironmentFailure
from tests.report.sample import direct, run_of

NAMES = ["junit.xml", "report.html", "results.json", "summary.md"]


def test_report_finds_its_reporters_by_their_place() -> None:
    assert [reporter.NAME for reporter in report.reporters()] == [
        "junit.xml",
        "report.html",
        "results.json",
        "summary.md",
    ]


def test_report_writes_every_file_into_a_new_folder(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "run"
    paths = report.write_all(run_of(direct("chromium")), folder)
    assert sorted(path.name for path in paths) == NAMES
    assert sorted(folder.iterdir()) == sorted([*paths, folder / "assets", folder / "cases"])


def test_report_that_cannot_be_written_does_not_cost_the_others(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").mkdir()
    with pytest.raises(EnvironmentFailure, match="could not all be written") as caught:
        report.write_all(run_of(direct("chromium")), tmp_path)
    assert caught.value.remedy
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "report.html",
        "results.json",
        "summary.md",
    ]


def test_report_says_that_its_folder_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(EnvironmentFailure, match="taken"):
        report.write_all(run_of(), tmp_path / "taken")
