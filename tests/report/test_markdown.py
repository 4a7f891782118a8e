import re
from pathlib import Path

import pytest

from lab.report import markdown, words
from lab.report.compare import compare
from tests.report.hostile import hostile_case
from tests.report.sample import HUNG, again, broken, case, direct, dozen, failed, replaced, run_of, sample, transports
from tests.report.stored import stored


def test_markdown_of_a_dozen_cases() -> None:
    before = run_of(case("chromium"), case("webkit"))
    text = markdown.document(run_of(*dozen()), compare(run_of(*dozen()), before, against="main"))
    assert text == stored("summary_dozen.md", text)


def test_markdown_of_one_scenario_has_its_matrix_folded_away() -> None:
    text = markdown.document(run_of(*transports()))
    assert "<summary>All 132 cases: transports by engines</summary>" in text
    assert "| **jsonp-polling** | ✅ jsonp-polling (http, same)<br>" in text


def test_markdown_says_what_did_not_pass_and_why_before_the_grid() -> None:
    text = markdown.document(run_of(failed(), broken()))
    said = ("1 of 2 cases failed", "hop1 \\(no\\_upgrade\\) removed", "could not be started", "| scenario |")
    places = [text.index(one) for one in said]
    assert places == sorted(places)


def test_markdown_tells_once_what_went_wrong_alike() -> None:
    text = markdown.document(run_of(*(failed("webkit", id=f"case {number}") for number in range(14))))
    assert text.count("transport: expected xhr-polling, was jsonp-polling") == 1
    assert "- like it: `case 1`, `case 2`," in text and "`case 10` and 3 more\n" in text


def test_markdown_is_never_longer_than_a_comment_may_be() -> None:
    cases = (broken(id=f"case {number}", message=f"message {'x' * number}") for number in range(500))
    text = markdown.document(run_of(*cases))
    assert 20_000 < len(text) <= 65_536
    assert "more parts are in report.html" in text


def test_markdown_obeys_nothing_that_a_case_says() -> None:
    said = "@team **bold** [x](http://evil.test) <img src=x> | cell\n# head http://evil.test www.evil.test $x$ `code`"
    text = markdown.document(run_of(case("chromium", "failed", message=said, expectations=[], scenario=said)))
    for markup in ("@team", "**bold**", "](", "<img", "http://", "www.", "$x$", "\n# head"):
        assert markup not in text.replace(markdown._code(case(scenario=said).id), "")
    hostile = re.sub(r"(`+).+?\1", "", markdown.document(run_of(hostile_case())))
    assert "<script" not in hostile and "alert" in hostile


@pytest.mark.parametrize(
    ("text", "code"), [("a[b]", "`a[b]`"), ("a`b", "``a`b``"), ("``", "``` `` ```"), ("a|b\nc", "`a¦b c`")]
)
def test_markdown_code_cannot_be_left(text: str, code: str) -> None:
    assert markdown._code(text) == code


def test_markdown_is_written_where_nothing_was_run(tmp_path: Path) -> None:
    path = markdown.write(run_of(), tmp_path)
    assert path.name == "summary.md"
    assert path.read_text("utf-8") == "### SockJS Lab: No case was run.\n\nno cases in 48.2 s\n"


def test_markdown_of_many_cases_fits(tmp_path: Path) -> None:
    assert len(markdown.document(sample(300))) < 65_536
    assert "Nothing" not in markdown.document(run_of(direct("chromium")))


def test_markdown_tells_what_was_run_again() -> None:
    control = replaced(direct("webkit", id="control/http-same-direct[webkit]"))
    text = markdown.document(run_of(again(), direct("webkit"), replaced=[control, replaced(again())]))
    assert "2 engines replaced" in text.splitlines()[2]
    assert [line for line in text.splitlines() if line.startswith("- ")] == [
        *(f"- `direct/plain[chromium]`: {said}" for said in words.uncounted(again())),
        f"- `control/http-same-direct[webkit]`: webkit was replaced: {HUNG}",
    ]


def test_markdown_names_few_of_many_that_were_run_again() -> None:
    text = markdown.document(run_of(*(again(id=f"{number}[chromium]") for number in range(10))))
    assert text.count(": try ") == 10 and "- and 10 more\n" in text
