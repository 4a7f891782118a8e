import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from lab.report import html
from lab.timeline.results import Attempt, CaseResult, Check, Diagnosis, Messages, RunResult
from tests.report.sample import attempt, broken, case, direct, dozen, failed, run_of, sample

VOID = {"meta", "input", "line", "rect", "br"}


class Page(HTMLParser):
    """The elements of a page with their attributes and the text below each; fails where tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[tuple[str, int]] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        if tag not in VOID:
            self._open.append((tag, len(self.texts) - 1))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, place in self._open:
            self.texts[place] += data

    def all(self, tag: str, **wanted: str) -> list[tuple[dict[str, str | None], str]]:
        """Elements by tag and attributes, ``class_`` by one of its words, each with its text on one line."""
        return [
            (attributes, " ".join(text.split()))
            for (name, attributes), text in zip(self.elements, self.texts, strict=True)
            if name == tag
            and all(value in (attributes.get(key.rstrip("_")) or "").split() for key, value in wanted.items())
        ]


def page(*cases: CaseResult, **more: Any) -> Page:
    return Page(html.page(run_of(*cases, **more)))


def test_html_writes_one_file(tmp_path: Path) -> None:
    path = html.write(run_of(direct("chromium")), tmp_path)
    assert path == tmp_path / "report.html"
    assert path.read_text("utf-8") == html.page(run_of(direct("chromium")))


def test_html_head_tells_the_run() -> None:
    found = page(*dozen())
    assert found.all("h1")[0][1].startswith("1 of 12 cases failed,")
    assert [text for _, text in found.all("li", class_="badge")] == [
        "✓ 7 passed",
        "✗ 1 failed",
        "≈ 1 flaky",
        "! 1 error",
        "– 2 skipped",
    ]
    facts = found.all("dl", class_="facts")[0][1]
    for said in (
        "2026-11-22T14-03-07",
        "2026-11-22 14:03:07 UTC",
        "48.2 s",
        "Linux 6.1",
        "lab run scenarios/corporate",
    ):
        assert said in facts


def test_html_grid_links_every_cell_to_its_case() -> None:
    found = page(*dozen())
    head = [text for _, text in found.all("th", scope="col")][:4]
    assert head == ["Scenario", "chromium 156.0.7204.0", "firefox 153.7.0", "webkit 2.50.6"]
    cells = found.all("a", class_="cell")
    assert len(cells) == 12
    assert cells[5][0]["class"] == "cell failed"
    assert cells[5][1] == "jsonp-polling ✗ failed, 2.67 s"
    targets = {attributes["id"] for _, attributes in found.elements if "id" in attributes}
    links = [attributes["href"] or "" for attributes, _ in cells]
    assert len(set(links)) == 12
    assert {link.removeprefix("#") for link in links} <= targets


def test_html_gives_cases_of_one_name_anchors_of_their_own() -> None:
    found = page(direct("chromium"), direct("chromium"), case(id="☃"))
    assert [attributes["id"] for attributes, _ in found.all("div", class_="body")] == [
        "case-direct-plain-chromium",
        "case-direct-plain-chromium-2",
        "case-unnamed",
    ]


def test_html_opens_only_the_cases_that_want_attention() -> None:
    found = page(*dozen())
    states = [(attributes["class"], "open" in attributes) for attributes, _ in found.all("details")]
    assert len(states) == 12
    assert all(is_open == (outcome not in ("case passed", "case skipped")) for outcome, is_open in states)


def test_html_case_says_its_message_and_why_before_its_attempts() -> None:
    text = page(failed()).all("details")[0][1]
    order = [
        "transport: expected xhr-polling, was jsonp-polling (and 1 more)",
        "If the new path is right",
        "xhr-streaming, eventsource, iframe-eventsource",
        "held back all 2,054 bytes",
        "No open frame came within the 622 ms",
        "ended by the timer of websocket",
        "hop1 forward proxy: no_upgrade, buffering (until: close)",
        "1 lost, 1 duplicated",
        "end of case.png",
    ]
    places = [text.index(said) for said in order]
    assert places == sorted(places)
    assert text.count("held back all 2,054 bytes") == 1


def test_html_draws_a_bar_per_attempt_with_words_for_those_who_do_not_see_it() -> None:
    found = page(failed())
    drawn = [attributes["aria-label"] for attributes, _ in found.all("svg", role="img")]
    assert drawn[0] == "websocket: failed, 10 ms of a budget of 622 ms"
    assert len(drawn) == len(found.all("rect", class_="bar")) == 6
    assert [attributes["class"] for attributes, _ in found.all("li", class_="attempt")] == [
        "attempt failed",
        *["attempt timed-out"] * 3,
        "attempt failed",
        "attempt opened",
    ]


def test_html_draws_a_chart_per_connection() -> None:
    tried = [attempt("websocket", "opened", 0, 9), attempt("websocket", "opened", 20, 31, connection="second")]
    found = page(direct("chromium", attempts=tried))
    assert [text for _, text in found.all("p", class_="connection")] == ["Connection main", "Connection second"]


def test_html_tells_the_prose_of_a_scenario_once_and_by_paragraphs() -> None:
    found = page(case("chromium", why="One\nparagraph.\n\nAnother.\n"), case("webkit"))
    assert [text for _, text in found.all("p", class_="why")] == ["One paragraph.", "Another."]


def test_html_says_of_a_skipped_case_why() -> None:
    found = page(direct("chromium", outcome="skipped", message="the run ended before this case", attempts=[]))
    assert found.all("span", class_="taken")[0][1] == "the run ended before this case"


def test_html_marks_the_hop_that_the_diagnosis_names() -> None:
    chain = page(case(network=["gateway: forward proxy: no_upgrade", "hop2: reverse proxy"])).all("li", class_="hop")
    assert [(attributes["class"], text) for attributes, text in chain] == [
        ("hop blamed", "hop1 gateway: forward proxy: no_upgrade"),
        ("hop", "hop2 reverse proxy"),
    ]


def test_html_tells_held_and_broken_expectations_apart_in_words() -> None:
    rows = [text for _, text in page(failed()).all("tr", class_="broken")]
    assert rows[0] == "transport Expected xhr-polling Actual jsonp-polling ✗ broken"
    assert len(page(failed()).all("tr", class_="held")) == 1


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (run_of(), "There is nothing to show: no case was run."),
        (run_of(interrupted=True), "the run was interrupted before its first case had ended."),
        (run_of(broken()), "No transport was tried"),
        (run_of(broken()), "The scenario expects nothing of this case"),
        (run_of(broken()), "none sent"),
        (run_of(direct("chromium")), "nothing between"),
    ],
)
def test_html_says_in_words_what_there_is_none_of(run: RunResult, said: str) -> None:
    assert said in Page(html.page(run)).all("main")[0][1]


def test_html_allows_only_its_own_style_and_script() -> None:
    text = html.page(sample(12))
    found = Page(text)
    (policy,) = [
        attributes["content"] or ""
        for attributes, _ in found.all("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        ((content,),) = [re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_html_asks_for_nothing_from_elsewhere() -> None:
    for _, attributes in Page(html.page(sample(12))).elements:
        assert not attributes.keys() & {"src", "srcset", "style", "action", "formaction", "xlink:href"}
        assert not any(name.startswith("on") for name in attributes)
        assert ":" not in (attributes.get("href") or "")


MARKUP = """</style></script><script>alert(1)</script><img src=x onerror=alert(1)>"'`&lt;{{7*7}}"""
HOSTILE = MARKUP + "\x00\x1b[2J\ud800\u202e]]>"


def hostile_case() -> CaseResult:
    """A case with the same hostile text in every field that takes any text."""
    text = HOSTILE
    tried = dict.fromkeys(("transport", "reason", "timer_of", "connection"), text)
    return case(
        text,
        "failed",
        **dict.fromkeys(("id", "scenario", "title", "why", "engine_version", "client_version"), text),
        **dict.fromkeys(("message", "remedy", "transport"), text),
        tags=[text],
        matrix={text: {text: [text]}},
        network=[text, f"hop1 {text}"],
        attempts=[
            Attempt(**tried, outcome="failed", start_ms=1, end_ms=3, budget_ms=5),
            Attempt(**tried, outcome="undecided", start_ms=3, end_ms=None, budget_ms=5),
            Attempt(**(tried | {"connection": "second" + text}), outcome="opened", start_ms=3, end_ms=9, budget_ms=5),
        ],
        messages=Messages(sent=1),
        expectations=[Check(what=text, expected=text, actual=text, held=False)],
        diagnosis=[Diagnosis(about=text, cause=text, hop=text, sentence=text, proof=[text], hint=text)],
        artefacts={text: text, "events": "javascript:alert(1)", "trace": "//elsewhere.test/x", "up": "../../etc/x"},
    )


def test_html_obeys_nothing_that_a_scenario_or_a_server_says() -> None:
    run = run_of(
        hostile_case(),
        direct("chromium"),
        run=HOSTILE,
        lab_version=HOSTILE,
        command=[HOSTILE],
        machine={HOSTILE: HOSTILE},
    )
    text = html.page(run)
    found = Page(text)
    plain = page(hostile_case().model_copy(update={"id": "a"}), direct("chromium"))
    assert {tag for tag, _ in found.elements} == {tag for tag, _ in plain.elements}
    assert len(found.all("script")) == len(found.all("style")) == 1
    assert not found.all("img")
    for _, attributes in found.elements:
        assert not any(name.startswith("on") for name in attributes)
    assert "49" not in found.all("h3")[0][1]
    assert not set(text) & set("\x00\x1b\ud800\u202e")
    assert MARKUP in found.all("h3")[0][1]
    text.encode("utf-8")


def test_html_links_only_to_files_below_its_folder() -> None:
    found = page(hostile_case())
    assert [attributes["href"] for attributes, _ in found.all("a") if "%281%29" in (attributes["href"] or "")] == [
        html.link(HOSTILE),
        "javascript%3Aalert%281%29",
    ]
    shown = found.all("ul", class_="files")[0][1]
    assert "//elsewhere.test/x" in shown
    assert "../../etc/x" in shown


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("cases/chromium/events.ndjson", "cases/chromium/events.ndjson"),
        ("cases/a b#1?.png", "cases/a%20b%231%3F.png"),
        ("JavaScript:alert(1)", "JavaScript%3Aalert%281%29"),
        ("data:text/html,x/y", "data%3Atext%2Fhtml%2Cx/y".replace("%2F", "/")),
        ("\\\\host\\share", "%5C%5Chost%5Cshare"),
        ("☃", "%E2%98%83"),
        ("", None),
        ("/etc/passwd", None),
        ("//elsewhere.test/", None),
        ("cases/../../x", None),
    ],
)
def test_link_stays_below_the_folder(path: str, target: str | None) -> None:
    assert html.link(path) == target


def test_html_of_many_cases_is_one_page_of_a_few_megabytes() -> None:
    text = html.page(sample(300))
    assert text.count("<details ") == text.count("</details>") == 300
    assert len(text) < 4_000_000
