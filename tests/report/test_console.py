import re
from io import StringIO
from pathlib import Path

import pytest
import rich.console

from lab.report.console import Console
from lab.timeline.results import CaseResult
from tests.report.sample import again, broken, case, direct, dozen, run_of
from tests.report.stored import stored


def play(console: Console, cases: list[CaseResult]) -> None:
    """A whole run, one case after the other."""
    console.run_began(len(cases), Path("reports/now"))
    for done, entry in enumerate(cases, 1):
        console.case_began(entry.id)
        console.case_waits(entry.id, "the measuring lock")
        console.case_ended(entry, done, len(cases))
    console.note("The control run of webkit is an hour old.")
    console.run_ended(run_of(*cases), [Path("reports/now/report.html")])


def test_console_writes_plain_lines_where_there_is_no_terminal() -> None:
    file = StringIO()
    play(Console(rich.console.Console(file=file)), dozen())
    text = file.getvalue()
    assert text == stored("console_dozen.txt", text)
    assert text.replace("\n", "").isprintable()
    assert [sum(entry.id in line for line in text.splitlines()) for entry in dozen()][:3] == [1, 1, 1]


def test_console_of_a_narrow_terminal_puts_the_way_under_the_name() -> None:
    file = StringIO()
    play(
        Console(rich.console.Console(file=file, force_terminal=True, color_system=None, width=80), live=False),
        dozen(),
    )
    text = file.getvalue()
    assert text == stored("console_dozen_80.txt", text)
    assert max(len(line) for line in text.splitlines()) <= 80


def test_console_never_breaks_a_name() -> None:
    file = StringIO()
    console = Console(rich.console.Console(file=file, force_terminal=True, color_system=None, width=30), live=False)
    entry = direct("chromium", id="a/very/long/name/of/a/case/that/is/wider/than/the/terminal[chromium]")
    console.case_ended(entry, 1, 1)
    assert entry.id in file.getvalue()


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (direct("chromium"), "passed   direct/plain[chromium]  websocket\n"),
        (
            case("webkit", attempts=case().attempts[:2], transport=None, outcome="failed"),
            "failed   corporate/strip-and-buffer[webkit]  "
            "websocket failed (10 ms) -> xhr-streaming timed out (611 ms) -> none\n",
        ),
        (direct("chromium", attempts=[]), "passed   direct/plain[chromium]  no transport was tried\n"),
        (
            broken(message="Firefox is\nmissing."),
            "error    direct/info-down[firefox]  Firefox is missing.\n",
        ),
        (direct("webkit", outcome="skipped", message="Left out."), "skipped  direct/plain[webkit]  Left out.\n"),
    ],
)
def test_console_says_of_each_case_how_it_came_to_its_transport(entry: CaseResult, line: str) -> None:
    file = StringIO()
    Console(rich.console.Console(file=file)).case_ended(entry, 1, 1)
    assert file.getvalue() == line


def test_console_that_is_quiet_says_what_did_not_pass_and_the_counts() -> None:
    file = StringIO()
    play(Console(rich.console.Console(file=file), quiet=True), dozen())
    text = file.getvalue()
    assert text == stored("console_quiet.txt", text)
    assert "direct/plain" not in text
    passed = StringIO()
    play(Console(rich.console.Console(file=passed), quiet=True), [direct("chromium")])
    assert passed.getvalue().splitlines() == [
        "note     The control run of webkit is an hour old.",
        "1 passed in 48.2 s",
        "reports/now/report.html",
    ]


def test_console_counts_what_did_not_pass_while_the_run_goes_on() -> None:
    file = StringIO()
    with Console(terminal(file), live=True) as console:
        console.run_began(3, Path("reports/now"))
        console.case_began("a[chromium]")
        console.case_ended(case("webkit", "failed"), 1, 3)
        console.case_ended(direct("chromium"), 2, 3)
        console.note("Redrawn.")
    plain = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", file.getvalue())
    assert "2 of 3 done, 1 failed, " in plain


def terminal(file: StringIO) -> rich.console.Console:
    return rich.console.Console(file=file, force_terminal=True, width=60, color_system="standard")


def test_console_colours_outcomes_on_a_terminal_and_not_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured, plain = StringIO(), StringIO()
    Console(terminal(coloured), live=False).case_ended(direct("chromium"), 1, 1)
    assert "\x1b[32mpassed" in coloured.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    Console(terminal(plain), live=False).case_ended(direct("chromium"), 1, 1)
    assert "\x1b[32m" not in plain.getvalue()
    assert "passed" in plain.getvalue()


def test_console_shows_on_a_terminal_what_each_case_waits_for() -> None:
    file = StringIO()
    with Console(terminal(file), live=True) as console:
        console.run_began(2, Path("reports/now"))
        console.case_began("a[chromium]")
        console.case_waits("a[chromium]", "the measuring lock \x1b[2J")
        console.note("Redrawn.")
        console.case_waits("b[webkit]", "step 2: receive")
    text = file.getvalue()
    assert "0 of 2 done" in text
    assert "a[chromium]" in text
    assert "the measuring lock \\x1b[2J" in text
    assert text.endswith("\x1b[2K"), "the live lines are taken away at the end"
    assert "\x1b[?25h" in text, "the cursor is shown again"


def test_console_shows_no_live_lines_where_they_would_pile_up() -> None:
    """A CI system that asks for colour has no terminal."""
    file = StringIO()
    play(Console(terminal(file)), [direct("chromium")])
    assert "done" not in file.getvalue()
    assert "\x1b[2K" not in file.getvalue()


@pytest.mark.parametrize("width", [None, 80])
def test_console_tells_why_a_try_did_not_count(width: int | None) -> None:
    file = StringIO()
    out = rich.console.Console(file=file, force_terminal=bool(width), color_system=None, width=width or 80)
    Console(out, live=False).case_ended(again(), 1, 1)
    lines = file.getvalue().splitlines()
    assert lines[0] == "passed   direct/plain[chromium]  websocket"
    assert lines[1].startswith("         try 1 did not count: machine too busy: ")
    assert any(line.startswith("         try 2 did not count, and chromium was replaced: ") for line in lines)
    assert max(map(len, lines)) <= 80 or width is None
