from pathlib import Path

import pytest

from lab.report.github import MOST, annotations, write_summary
from tests.report.hostile import hostile_case
from tests.report.sample import broken, case, direct, failed, run_of


def test_annotation_stands_at_the_line_of_what_was_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("title: A\nexpect:\n  delivery: exactly once, in order\n  transport: xhr-polling\n")
    (line,) = annotations(run_of(failed("webkit", scenario=path.as_posix(), id="a[webkit]"), direct("chromium")))
    assert line.startswith(f"::error file={path.as_posix()},line=4,title=a[webkit]::transport: expected xhr-polling")
    assert "%0Awebsocket: hop1 (no_upgrade) removed the Upgrade header" in line
    assert line.endswith("If the new path is right, write it into the scenario under expect.webkit.")


@pytest.mark.parametrize(
    ("outcome", "kind"), [("failed", "error"), ("error", "warning"), ("flaky", "warning"), ("skipped", None)]
)
def test_annotation_of_each_outcome(outcome: str, kind: str | None) -> None:
    lines = annotations(run_of(case("chromium", outcome)))  # type: ignore[arg-type] # a literal of the type
    assert [line.split(" ")[0] for line in lines] == ([f"::{kind}"] if kind else [])


@pytest.mark.parametrize(("count", "last"), [(10, "::error file="), (11, "::error title=SockJS Lab::2 more")])
def test_annotations_are_no_more_than_are_shown(count: int, last: str) -> None:
    cases = [failed("webkit", id=f"case {number}") for number in range(count)]
    lines = annotations(run_of(*cases, *(broken(id=f"error {number}") for number in range(30))))
    errors = [line for line in lines if line.startswith("::error")]
    assert len(errors) == len(lines) - len(errors) == MOST
    assert errors[-1].startswith(last)


def test_annotation_is_one_line_whatever_a_case_says() -> None:
    said = "a\n::error::b\r\n::set-output name=x::y%0A"
    hostile = case("chromium", "failed", message=said, expectations=[], id="a,b:c\n::stop-commands::x", attempts=[])
    for made in (hostile, hostile_case()):
        (line,) = annotations(run_of(made))
        assert "\n" not in line and "\r" not in line
        assert line.count("::error") <= 1 + said.count("::error")
    (line,) = annotations(run_of(hostile))
    assert "title=a%2Cb%3Ac" in line and "%250A" in line


def test_annotation_is_no_longer_than_anyone_reads() -> None:
    (line,) = annotations(run_of(failed("webkit", expectations=[], message="x" * 9_000)))
    assert len(line) < 2_300


def test_summary_is_appended_where_github_names_a_file(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    path.write_text("before\n")
    assert write_summary("text ☃", {"GITHUB_STEP_SUMMARY": str(path)})
    assert path.read_text("utf-8") == "before\ntext ☃\n"
    assert not write_summary("text", {})
