from pathlib import Path

import pytest

from lab.errors import EnvironmentFailure, UsageError
from lab.report import after
from tests.report.sample import direct, failed, run_of


def test_check_finds_before_the_run_that_there_is_no_such_folder(tmp_path: Path) -> None:
    after.check(None)
    after.check(tmp_path / "comment.md")
    with pytest.raises(UsageError, match=r"no folder .*absent to write comment.md"):
        after.check(tmp_path / "absent" / "comment.md")


def test_tell_copies_the_summary_and_speaks_to_github(tmp_path: Path) -> None:
    (tmp_path / "summary.md").write_text("the summary ☃", "utf-8")
    said: list[str] = []
    github = {"GITHUB_STEP_SUMMARY": str(tmp_path / "step")}
    run = run_of(failed(), direct("chromium"))
    after.tell(run, tmp_path, said.append, markdown=tmp_path / "comment.md", github=github)
    assert (tmp_path / "comment.md").read_text("utf-8") == "the summary ☃"
    assert (tmp_path / "step").read_text("utf-8") == "the summary ☃\n"
    assert len(said) == 1 and said[0].startswith("::error file=")


def test_tell_says_nothing_where_nobody_asked(tmp_path: Path) -> None:
    (tmp_path / "summary.md").write_text("x")
    said: list[str] = []
    after.tell(run_of(failed()), tmp_path, said.append)
    assert said == [] and len(list(tmp_path.iterdir())) == 1


def test_tell_says_what_could_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "summary.md").write_text("x")
    with pytest.raises(EnvironmentFailure, match="cannot be written") as caught:
        after.tell(run_of(), tmp_path, print, github={"GITHUB_STEP_SUMMARY": str(tmp_path)})
    assert "summary.md" in caught.value.remedy
