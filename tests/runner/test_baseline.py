import os
from pathlib import Path

import pytest

from lab.errors import UsageError
from lab.report import json_file
from lab.runner import baseline
from lab.timeline.results import CaseResult
from tests.report.sample import case, direct, failed, run_of


def ran(out: Path, name: str, *cases: CaseResult, age_s: int = 0) -> None:
    (out / name).mkdir(parents=True)
    path = json_file.write(run_of(*cases, run=name), out / name)
    os.utime(path, (1_000_000 - age_s, 1_000_000 - age_s))


def test_run_is_held_against_the_newest_before_it_that_has_a_case_of_it(tmp_path: Path) -> None:
    now = run_of(failed("webkit"), run="now")
    ran(tmp_path, "now", failed("webkit"))
    ran(tmp_path, "other", direct("chromium"), age_s=1)
    ran(tmp_path, "skipped", case("webkit", "skipped"), age_s=2)
    ran(tmp_path, "right", case("webkit"), case("chromium"), age_s=3)
    ran(tmp_path, "old", failed("webkit"), age_s=4)
    (tmp_path / "latest").symlink_to("right")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "results.json").write_text("{")
    changes = baseline.changes_since(now, tmp_path, None)
    assert changes is not None
    assert (changes.against, [change.kind for change in changes.changed]) == ("the last run, right", ["worse"])
    assert changes.gone == [], "the last run was asked for other cases: none of them is missing"


def test_first_run_is_held_against_nothing(tmp_path: Path) -> None:
    ran(tmp_path, "now", case("webkit"))
    assert baseline.changes_since(run_of(case("webkit"), run="now"), tmp_path, None) is None


def test_run_is_held_against_the_baseline_that_was_named(tmp_path: Path) -> None:
    ran(tmp_path, "last", failed("webkit"))
    main = run_of(case("webkit"), case("chromium"), run="main")
    changes = baseline.changes_since(run_of(failed("webkit"), run="now"), tmp_path, main)
    assert changes is not None
    assert (changes.against, changes.gone) == ("the baseline, main", ["corporate/strip-and-buffer[chromium]"])


def test_baseline_is_a_folder_or_a_file(tmp_path: Path) -> None:
    ran(tmp_path, "a", case("webkit"))
    assert baseline.read(tmp_path / "a") == baseline.read(tmp_path / "a" / "results.json")
    with pytest.raises(UsageError, match="cannot be read"):
        baseline.read(tmp_path / "absent")
