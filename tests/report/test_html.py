import json
import re
from pathlib import Path
from typing import Any

import pytest

from lab.report import html, pages
from lab.report.compare import compare
from lab.timeline.results import CaseResult, Replaced, RunResult
from tests.report.hostile import HOSTILE, MARKUP, hostile_case
from tests.report.parsed import Page
from tests.report.sample import HUNG, again, broken, case, direct, dozen, failed, replaced, run_of, sample, transports


def first(run: RunResult, before: RunResult | None = None) -> Page:
    changes = compare(run, before, against="the last run") if before else None
    return Page(html.first_page(run, html.case_names(run.cases), changes))


def page(*cases: CaseResult, **more: Any) -> Page:
    return first(run_of(*cases, **more))


def test_html_writes_the_first_page_a_page_per_case_and_what_they_need(tmp_path: Path) -> None:
    path = html.write(run_of(direct("chromium"), direct("webkit")), tmp_path)
    assert path == tmp_path / "report.html"
    names = sorted(each.name for each in (tmp_path / "cases").iterdir())
    assert names == ["direct-plain-chromium.html", "direct-plain-webkit.html"]
    assert (tmp_path / "assets" / "report.css").is_file()


def test_html_head_tells_the_run() -> None:
    found = page(*dozen())
    assert found.all("h1")[0][1].startswith("1 of 12 cases failed,")
    chips = [text for attributes, text in found.all("li", class_="badge")]
    assert chips == ["✓ 7 passed", "✗ 1 failed", "≈ 1 flaky", "! 1 error", "– 2 skipped"]
    facts = found.all("dl", class_="facts")[0][1]
    for said in (
        "2026-11-22T14-03-07",
        "2026-11-22 14:03:07 UTC",
        "48.2 s",
        "Linux 6.1",
        "lab run scenarios/corporate",
    ):
        assert said in facts


def test_html_head_has_a_command_that_can_be_pasted_into_a_shell() -> None:
    found = page(direct("chromium"), command=["lab", "run", "a b.yaml", "-k", "not https"])
    assert "lab run 'a b.yaml' -k 'not https'" in found.all("dl", class_="facts")[0][1]


@pytest.mark.parametrize(
    ("run", "colour"),
    [
        (run_of(*dozen()), "failed"),
        (run_of(direct("chromium"), broken()), "error"),
        (run_of(direct("chromium", outcome="flaky")), "flaky"),
        (run_of(direct("chromium"), interrupted=True), "flaky"),
        (run_of(direct("chromium")), "passed"),
        (run_of(direct("chromium", outcome="skipped")), "skipped"),
    ],
)
def test_html_head_is_coloured_by_the_worst_outcome(run: RunResult, colour: str) -> None:
    assert first(run).all("header")[0][0]["class"] == f"top {colour}"


def test_html_grid_links_every_cell_to_its_case(tmp_path: Path) -> None:
    html.write(run_of(*dozen()), tmp_path)
    found = Page((tmp_path / "report.html").read_bytes())
    head = [text for _, text in found.all("th", scope="col")]
    assert head == ["scenario", "chromium 156.0.7204.0", "firefox 153.7.0", "webkit 2.50.6"]
    cells = found.all("a", class_="cell")
    assert cells[5][0]["class"] == "cell failed"
    assert [text for _, text in cells[4:7]] == [
        "✓ xhr-polling passed, 2.22 s",
        "✗ jsonp-polling failed, 2.67 s",
        "✓ not open passed",
    ]
    links = [attributes["href"] or "" for attributes, _ in cells]
    assert len(set(links)) == len(links) == 12
    assert all((tmp_path / link).is_file() for link in links)


def test_html_grid_says_below_why_a_cell_is_as_it_is() -> None:
    reasons = (
        "It cannot work:\nanother origin.",
        "",
        "There is no `XDomainRequest`.",
        "It cannot work:\nanother origin.",
    )
    found = page(*(case("chromium", id=f"x{place}[chromium]", reason=one) for place, one in enumerate(reasons)))
    told = [re.search(r"see (\d) below", text) for _, text in found.all("a", class_="cell")]
    assert [one and one[1] for one in told] == ["1", None, "2", "1"]
    (notes,) = found.all("ol", class_="notes")
    assert notes[1] == "It cannot work: another origin. There is no XDomainRequest."


def test_html_without_reasons_has_no_notes() -> None:
    assert page(*dozen()).all("ol", class_="notes") == []


def test_html_gives_cases_of_one_name_pages_of_their_own() -> None:
    cases = [direct("chromium"), direct("chromium"), case(id="☃"), case(id="A"), case(id="a"), case(id="x" * 300)]
    assert html.case_names(cases) == [
        "direct-plain-chromium.html",
        "direct-plain-chromium-2.html",
        "unnamed.html",
        "A.html",
        "a-2.html",
        "x" * 100 + ".html",
    ]


def test_html_lists_what_did_not_pass_with_its_reasons() -> None:
    (rows,) = page(*dozen()).all("ul", class_="rows")
    assert rows[1].startswith("✗ failed corporate/strip-and-buffer[webkit] transport: expected xhr-polling, was")
    assert "websocket: hop1 (no_upgrade) removed the Upgrade header" in rows[1]
    assert "Firefox could not be started" in rows[1]
    assert "skipped" not in rows[1]


def test_html_tells_once_what_went_wrong_alike() -> None:
    found = page(*(failed("webkit", id=f"case {number}") for number in range(20)))
    (rows,) = found.all("ul", class_="rows")
    assert rows[1].count("transport: expected xhr-polling, was jsonp-polling") == 1
    assert [text[:17] for _, text in found.all("details", class_="more")] == ["19 more like this"]
    assert len([1 for attributes, _ in found.all("a") if (attributes["href"] or "").startswith("cases/")]) == 40


def test_html_folds_a_long_list_of_failures() -> None:
    found = page(*(broken(id=f"case {number}", message=f"message {'x' * number}") for number in range(20)))
    assert [text[:6] for _, text in found.all("details", class_="more")] == ["8 more"]
    assert len([1 for attributes, _ in found.all("a") if (attributes["href"] or "").startswith("cases/")]) == 40


def test_html_tells_which_engines_were_replaced() -> None:
    control = Replaced(engine="webkit", case="control/http-same-direct[webkit]", message="webkit has died")
    found = page(again(), direct("webkit"), replaced=[replaced(again()), control])
    assert "2 engines replaced" in [text for _, text in found.all("li", class_="badge")]
    sections = {attributes.get("aria-labelledby"): text for attributes, text in found.all("section")}
    section = sections["replaced"]
    assert HUNG in section and "control/http-same-direct[webkit]" in section
    assert "replaced" not in page(direct("webkit")).all("body")[0][1]


def test_html_tells_what_changed() -> None:
    before = run_of(case("chromium"), case("webkit"), direct("firefox", id="old"))
    found = first(run_of(case("chromium"), failed("webkit")), before)
    (changed,) = found.all("ul", class_="changes")
    assert changed[1] == (
        "worse corporate/strip-and-buffer[webkit] passed on xhr-polling → failed on jsonp-polling gone old"
    )
    cell = found.all("a", class_="cell")[1]
    assert cell[0]["data-only"] == "failed changed" and cell[1].endswith("was passed on xhr-polling")
    assert "Δ 1 changed" in [text for _, text in found.all("li", class_="badge")]


def test_html_says_that_nothing_changed() -> None:
    run = run_of(case("chromium"))
    assert "1 as before, compared with the last run (2026-11-22 14:03:07 UTC)." in first(run, run).all("main")[0][1]


def test_html_of_one_scenario_tells_it_above_and_lets_its_matrix_be_chosen() -> None:
    found = first(run_of(*transports()))
    assert found.all("h2")[0][1] == "Each transport alone, with nothing between"
    rows = found.all("select", id="rows")[0][1]
    assert rows == "transportsschemeoriginengine"
    assert [text for _, text in found.all("th", scope="row")][:2] == ["websocket", "xhr-streaming"]
    first_cell = found.all("a", class_="cell")[0]
    assert first_cell[1] == "✓ websocket http, same passed, 31 ms"
    assert json.loads(first_cell[0]["data-at"] or "")["page.origin"] == "same"


def test_html_of_few_cases_tells_why_each_fell_back() -> None:
    found = page(case("chromium"), case("webkit"))
    assert "Why the clients fell back" in found.all("main")[0][1]
    assert "Why the clients fell back" not in page(*dozen()).all("main")[0][1]


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (run_of(), "There is nothing to show: no case was run."),
        (run_of(interrupted=True), "the run was interrupted before its first case had ended."),
        (run_of(direct("chromium"), case("webkit")), "not run"),
    ],
)
def test_html_says_in_words_what_there_is_none_of(run: RunResult, said: str) -> None:
    assert said in first(run).all("main")[0][1]


def test_html_lets_nothing_run_that_stands_in_a_page(tmp_path: Path) -> None:
    html.write(run_of(*dozen()), tmp_path)
    for path in [tmp_path / "report.html", *(tmp_path / "cases").iterdir()]:
        found = Page(path.read_bytes())
        (policy,) = [a["content"] for a, _ in found.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
        assert policy == pages.POLICY
        for attributes, text in found.all("script"):
            assert not text or attributes["type"] == "application/json"
        assert not found.all("style")
        for _, attributes in found.elements:
            assert not attributes.keys() & {"style", "srcset", "action", "formaction", "xlink:href"}
            assert not any(name.startswith("on") for name in attributes)
        for target in found.targets():
            assert ":" not in target and not target.startswith("/")


def test_html_obeys_nothing_that_a_scenario_or_a_server_says() -> None:
    run = run_of(
        hostile_case(),
        direct("chromium"),
        run=HOSTILE,
        lab_version=HOSTILE,
        command=[HOSTILE],
        machine={HOSTILE: HOSTILE},
        replaced=[Replaced(engine=HOSTILE, case=HOSTILE, message=HOSTILE)],
    )
    before = run.model_copy(update={"cases": [run.cases[0].model_copy(update={"outcome": "passed"})]})
    text = html.first_page(run, html.case_names(run.cases), compare(run, before, against=HOSTILE)).decode("utf-8")
    found = Page(text)
    plain = page(hostile_case().model_copy(update={"id": "a"}), direct("chromium"), replaced=[replaced(again())])
    assert {tag for tag, _ in found.elements} - {"del", "ins"} == {tag for tag, _ in plain.elements}
    assert [attributes for attributes, _ in found.all("script")] == [{"src": "assets/report.js"}]
    assert not found.all("img")
    for _, attributes in found.elements:
        assert not any(name.startswith("on") for name in attributes)
    assert not set(text) & set("\x00\x1b\ud800\u202e")
    assert MARKUP in found.all("h1")[0][1] + found.all("th", scope="row")[0][1]


def test_html_of_many_cases_is_a_small_page() -> None:
    run = sample(1_000)
    text = html.first_page(run, html.case_names(run.cases))
    assert text.count(b'class="cell ') == 1_000
    assert len(text) < 1_500_000
