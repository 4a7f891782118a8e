import json
from pathlib import Path
from typing import Any

import pytest

from lab.report.case_page import case_page, read_timeline
from lab.report.compare import compare
from lab.timeline.results import CaseResult, Check
from tests.report.hostile import HOSTILE, MARKUP, hostile_case, hostile_timeline
from tests.report.parsed import Page
from tests.report.sample import HUNG, again, attempt, broken, case, direct, failed, run_of
from tests.report.timelines import TIMELINE


def page(case: CaseResult, **more: Any) -> Page:
    return Page(case_page(run_of(case), 0, ["a.html"], **more))


def drawn(tmp_path: Path, made: CaseResult, **more: Any) -> Page:
    """The page of a case whose timeline lies where a run puts it."""
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "timeline.json").write_text(TIMELINE.model_dump_json())
    kept = made.model_copy(update={"artefacts": {"timeline": "x/timeline.json"}})
    return page(kept, folder=tmp_path, **more)


def test_case_page_says_what_is_wrong_and_why_before_all_else(tmp_path: Path) -> None:
    text = drawn(tmp_path, failed()).all("body")[0][1]
    order = [
        "transport: expected xhr-polling, was jsonp-polling",
        "If the new path is right",
        "xhr-streaming, eventsource, iframe-eventsource",
        "held back all 2,054 bytes",
        "hop1 forward proxy: no_upgrade, buffering (until: close)",
        "Timeline",
        "ended by the timer of websocket",
        "What changed on the way",
        "Messages ",
        "Scenario",
        "Files",
        "The machine",
    ]
    places = [text.rindex(said) for said in order]
    assert places == sorted(places)
    assert text.count("held back all 2,054 bytes") == 1
    assert "1 lost, 1 duplicated" in text


def test_case_page_draws_a_bar_per_attempt_with_words_for_those_who_do_not_see_it() -> None:
    found = page(failed())
    told = [attributes["aria-label"] for attributes, _ in found.all("svg", role="img")]
    assert told[0] == "websocket: failed, 10 ms of a budget of 622 ms"
    assert len(told) == len(found.all("rect", class_="bar")) == 6
    assert [attributes["class"] for attributes, _ in found.all("li", class_="attempt")] == [
        "attempt failed",
        *["attempt timed-out"] * 3,
        "attempt failed",
        "attempt opened",
    ]


def test_case_page_draws_a_chart_per_connection() -> None:
    tried = [attempt("websocket", "opened", 0, 9), attempt("websocket", "opened", 20, 31, connection="second")]
    found = page(direct("chromium", attempts=tried))
    assert [text for _, text in found.all("p", class_="connection")] == ["Connection main", "Connection second"]


def test_case_page_keeps_one_clock_for_all_connections() -> None:
    tried = [attempt("websocket", "opened", 10, 19), attempt("websocket", "opened", 520, 531, connection="second")]
    found = page(direct("chromium", attempts=tried, open_ms=19))
    figures = [text for _, text in found.all("p", class_="figures")]
    assert figures == ["10 ms to 19 ms, budget 622 ms", "520 ms to 531 ms, budget 622 ms"]


def test_case_page_draws_a_case_in_which_no_transport_was_tried(tmp_path: Path) -> None:
    found = drawn(tmp_path, direct("chromium", attempts=[], transport=None))
    assert found.all("figure", id="drawn") and not found.all("div", class_="chart")


def test_case_page_gives_its_script_the_timeline(tmp_path: Path) -> None:
    found = drawn(tmp_path, case())
    ((_, text),) = found.all("script", id="drawing")
    assert [lane["name"] for lane in json.loads(text)["lanes"]] == ["browser", "hop1.client", "hop1.server", "server"]
    assert [attributes.get("src") for attributes, _ in found.all("script")] == [
        None,
        "../assets/d3.min.js",
        "../assets/case.js",
    ]


def test_case_page_without_the_library_says_how_to_get_it(tmp_path: Path) -> None:
    found = drawn(tmp_path, case(), library=False)
    assert "../assets/d3.min.js" not in found.targets()
    assert "lab install fetches it" in found.all("main")[0][1]
    assert found.all("rect", class_="bar"), "the attempts are drawn all the same"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 99}', "\udcff"])
def test_case_page_does_without_a_timeline_that_cannot_be_read(tmp_path: Path, content: str) -> None:
    (tmp_path / "timeline.json").write_text(content, errors="surrogateescape")
    kept = case(artefacts={"timeline": "timeline.json"})
    assert read_timeline(kept, tmp_path) is None
    assert not page(kept, folder=tmp_path).all("script", id="drawing")


def test_case_page_reads_no_timeline_outside_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "timeline.json").write_text(TIMELINE.model_dump_json())
    (tmp_path / "run").mkdir()
    assert read_timeline(case(artefacts={"timeline": "../timeline.json"}), tmp_path / "run") is None
    assert read_timeline(case(artefacts={"timeline": "timeline.json"}), tmp_path) == TIMELINE


def test_case_page_lists_what_was_changed_on_the_way_side_by_side(tmp_path: Path) -> None:
    (table,) = drawn(tmp_path, case()).all("table", class_="differences")
    assert table[1] == (
        "Inside hop1 Header hop1.client hop1.server In Upgrade request → websocket absent websocket "
        "Via ← response 1.1 gate absent all 4 requests"
    )


def test_case_page_lists_messages_with_when_each_vantage_saw_them(tmp_path: Path) -> None:
    found = drawn(tmp_path, case())
    rows = [text for _, text in found.all("table", class_="messages")]
    assert rows[0].startswith("Message Bytes browser server ↑ hello 5 30 ms 34 ms ↑ gone did not arrive 4 40 ms")
    assert len(found.all("tr", class_="lost")) == 1


def test_case_page_folds_what_follows_the_first_messages(tmp_path: Path) -> None:
    (connection,) = TIMELINE.connections
    said = [message for message in connection.messages for _ in range(15)]
    talking = connection.model_copy(update={"messages": said})
    timeline = TIMELINE.model_copy(update={"connections": [talking]})
    (tmp_path / "t.json").write_text(timeline.model_dump_json())
    found = page(case(artefacts={"timeline": "t.json"}), folder=tmp_path)
    ((_, folded),) = found.all("details", class_="more")
    assert folded.startswith("10 more, 10 of which did not arrive")
    assert len(found.all("tr", class_="lost")) == 15


def test_case_page_marks_the_hop_that_the_diagnosis_names() -> None:
    chain = page(case(network=["gateway: forward proxy: no_upgrade", "hop2: reverse proxy"])).all("li", class_="hop")
    assert [(attributes["class"], text) for attributes, text in chain] == [
        ("hop blamed", "hop1 gateway: forward proxy: no_upgrade"),
        ("hop", "hop2 reverse proxy"),
    ]


SCENARIO = """title: A
expect:
  transport: xhr-polling
  webkit:
    opened_within: 4s
"""


def test_case_page_marks_what_was_expected_on_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(SCENARIO)
    found = page(failed("webkit", scenario=path.as_posix()))
    lines = found.all("ol", class_="source")[0][1]
    assert "transport: xhr-polling ✗ transport: expected xhr-polling, was jsonp-polling webkit:" in lines
    assert "opened_within: 4s ✓ opened_within held: after 2,671 ms" in lines
    assert len(found.all("li", class_="broken")) == len(found.all("li", class_="held")) == 1
    (unplaced,) = found.all("table", class_="checks")
    assert "attempts websocket: failed" in unplaced[1] and "opened_within" not in unplaced[1]


def test_case_page_lists_the_expectations_of_a_scenario_that_is_gone() -> None:
    found = page(failed())
    assert not found.all("ol", class_="source")
    rows = [text for _, text in found.all("tr", class_="broken")]
    assert rows[0] == "transport xhr-polling jsonp-polling ✗ broken"
    assert len(found.all("tr", class_="held")) == 1


def test_case_page_tells_the_prose_of_its_scenario_by_paragraphs() -> None:
    found = page(case("chromium", why="One\nparagraph.\n\nAnother.\n", reason="Of this cell."))
    assert [text for _, text in found.all("p", class_="why")] == ["Of this cell.", "One paragraph.", "Another."]


def test_case_page_links_to_its_neighbours_and_to_the_run() -> None:
    run = run_of(case("chromium"), case("firefox"), case("webkit"))
    rels = [
        {attributes["rel"]: attributes["href"] for attributes, _ in Page(text).all("a") if "rel" in attributes}
        for text in (case_page(run, place, ["a.html", "b.html", "c.html"]) for place in range(3))
    ]
    up = {"up": "../report.html"}
    assert rels == [up | {"next": "b.html"}, up | {"prev": "a.html", "next": "c.html"}, up | {"prev": "b.html"}]


def test_case_page_shows_pictures_and_says_how_files_are_opened() -> None:
    artefacts = {"screenshot": "a/end of case.png", "trace": "a/trace.zip", "flows": "a/hop1.flows", "odd": "a/b"}
    found = page(case(artefacts=artefacts))
    assert [attributes["src"] for attributes, _ in found.all("img")] == ["../a/end%20of%20case.png"]
    files = found.all("ul", class_="files")[0][1]
    assert "playwright show-trace trace.zip" in files and "mitmweb -r hop1.flows" in files
    assert "../a/b" in found.targets()


def test_case_page_tells_what_the_case_was_before() -> None:
    run = run_of(failed("webkit"))
    changes = compare(run, run_of(case("webkit")), against="the last run")
    assert "Δ was passed on xhr-polling" in Page(case_page(run, 0, ["a"], changes=changes)).all("header")[0][1]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (broken(), "No transport was tried before the lab gave up"),
        (broken(outcome="skipped"), "The case was not run"),
        (direct("chromium", attempts=[], transport=None), "the client was refused, never got past /info"),
        (broken(), "The case ended before anything could be judged"),
        (direct("chromium", expectations=[]), "The scenario expects nothing of this case"),
        (case("chromium", "flaky", tries=2), "the last of 2 tries"),
        (broken(), "none sent"),
        (direct("chromium"), "nothing between"),
        (direct("chromium"), "Nothing to explain"),
    ],
)
def test_case_page_says_in_words_what_there_is_none_of(made: CaseResult, said: str) -> None:
    assert said in page(made).all("body")[0][1]


def test_case_page_tells_why_tries_did_not_count() -> None:
    text = page(again()).all("body")[0][1]
    assert "Try 1 did not count: machine too busy" in text and f"chromium was replaced: {HUNG}" in text
    assert "These are of the last of 3 tries; those of the others lie in the folder above" in text
    assert "did not count" not in page(direct("chromium")).all("body")[0][1]


def test_case_page_says_which_try_it_is_of() -> None:
    others = [again().other_tries[0], again().other_tries[1].model_copy(update={"number": 3})]
    text = page(failed(tries=3, other_tries=others)).all("body")[0][1]
    assert "These are of number 2 of 3 tries; those of the others lie in folders beside them" in text


def test_case_page_obeys_nothing_that_a_scenario_or_a_server_says(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(hostile_timeline().model_dump_json())
    hostile = hostile_case()
    made = hostile.model_copy(update={"artefacts": hostile.artefacts | {"timeline": "t.json"}})
    run = run_of(made, run=HOSTILE)
    text = case_page(run, 0, ["a.html"], folder=tmp_path).decode("utf-8")
    found = Page(text)
    assert len(found.all("script")) == 3
    assert not found.all("img"), "the one picture lies outside of the run"
    for _, attributes in found.elements:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
    assert not set(text) & set("\x00\x1b\ud800\u202e")
    assert MARKUP in found.all("h1")[0][1]
    drawing = json.loads(found.all("script", id="drawing")[0][1])
    assert MARKUP in drawing["spans"][0]["name"]
    for target in found.targets():
        assert ":" not in target and not target.startswith("/") and not target.startswith("../..")


def test_case_page_links_to_no_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "there.png").write_bytes(b"")
    made = case(artefacts={"screenshot": "there.png", "try2 screenshot": "gone.png", "trace": "gone.zip" * 99})
    found = page(made, folder=tmp_path)
    assert [attributes["src"] for attributes, _ in found.all("img")] == ["../there.png"]
    assert "../there.png" in found.targets() and not [target for target in found.targets() if "gone" in target]
    assert found.all("ul", class_="files")[0][1].count("There is no such file.") == 2


def test_case_page_shows_where_files_lie_that_it_does_not_link_to() -> None:
    shown = page(hostile_case()).all("ul", class_="files")[0][1]
    assert "//elsewhere.test/x" in shown and "../../etc/x.png" in shown


def test_case_page_keeps_a_step_that_failed() -> None:
    check = Check(what="step 2, receive", expected="hello", actual="nothing", held=False)
    assert "step 2, receive" in page(failed(expectations=[check])).all("table", class_="checks")[0][1]
