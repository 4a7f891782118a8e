from io import StringIO
from pathlib import Path
from typing import Any

import rich.console

from lab.report.compare import compare
from lab.report.lines import Lines
from lab.report.summary import summarise
from lab.timeline.results import CaseResult, RunResult
from tests.report.sample import (
    HUNG,
    STRIPPED,
    again,
    broken,
    case,
    direct,
    dozen,
    failed,
    fallback,
    replaced,
    run_of,
    transports,
)
from tests.report.stored import stored

PATHS = [Path("reports/now/results.json"), Path("reports/now/report.html")]


def said(run: RunResult, width: int | None = None, before: RunResult | None = None) -> str:
    file = StringIO()
    out = rich.console.Console(file=file, force_terminal=bool(width), color_system=None, width=width or 80)
    summarise(Lines(out), run, PATHS, compare(run, before, against="the last run, old") if before else None)
    return file.getvalue()


def browsers(**more: Any) -> list[CaseResult]:
    shifts = {"chromium": 0.0, "firefox": 4.7, "webkit": 9.1}
    return [case(name, attempts=fallback(shift), **more) for name, shift in shifts.items()]


def test_summary_of_many_cases_is_a_table_and_what_did_not_pass() -> None:
    text = said(run_of(*dozen()))
    assert text == stored("summary_dozen.txt", text)


def test_summary_fits_a_narrow_terminal() -> None:
    text = said(run_of(*dozen()), width=80)
    assert text == stored("summary_dozen_80.txt", text)
    assert max(len(line) for line in text.splitlines()) <= 80


def test_summary_of_one_scenario_tells_each_browser_and_each_cause_once() -> None:
    text = said(run_of(*browsers()))
    assert text == stored("summary_browsers.txt", text)
    assert text.count(STRIPPED) == 1


def test_summary_keeps_browsers_apart_that_went_another_way() -> None:
    text = said(run_of(case("chromium"), failed("webkit"), case("firefox")))
    assert text == stored("summary_apart.txt", text)


def test_summary_tells_a_client_that_never_opened() -> None:
    text = said(run_of(broken("firefox"), direct("chromium", "scenarios/direct/info-down.yaml")))
    assert "firefox did not open a connection.\n" in text


def test_summary_tells_apart_the_matrix_values_of_one_browser() -> None:
    text = said(run_of(*(direct("webkit", matrix={"client.version": version}) for version in ("1.1.5", "1.6.1"))))
    assert "webkit 2.50.6 (client.version = 1.1.5) opened on websocket after 31 ms.\n" in text


def test_summary_says_of_a_skipped_case_no_more_than_its_line_did() -> None:
    text = said(run_of(*browsers(outcome="skipped", message="Left out.")))
    assert "Left out." not in text


def test_summary_ends_with_the_counts_and_the_page() -> None:
    assert said(run_of(*browsers())).splitlines()[-2:] == ["3 passed in 48.2 s", "reports/now/report.html"]
    assert said(run_of(interrupted=True)).splitlines()[-3:] == [
        "Interrupted.",
        "no cases in 48.2 s",
        "reports/now/report.html",
    ]


def test_summary_obeys_nothing_that_a_case_says() -> None:
    hostile = "\x1b[2J[bold]\r\n"
    values = dict.fromkeys(("id", "scenario", "title", "message", "remedy", "engine_version", "transport"), hostile)
    text = said(run_of(case(hostile, "failed", **values), *browsers()))
    assert "\x1b" not in text
    assert "\\x1b[2J[bold]" in text


def test_summary_of_one_scenario_has_a_column_per_key_of_its_matrix() -> None:
    text = said(run_of(*transports()))
    lines = text.splitlines()
    assert lines[1].split() == ["transports", "scheme", "origin", "chromium", "firefox", "webkit"]
    assert lines[2].split() == ["websocket", "http", "same", "websocket", "websocket", "websocket"]
    assert len({line.index("http") for line in lines[2:46]}) == 1, "aligned"
    narrow = said(run_of(*transports()), width=60)
    assert "websocket  http  same\n  chromium websocket, firefox websocket, webkit websocket\n" in narrow


def test_summary_tells_once_what_went_wrong_alike() -> None:
    text = said(run_of(*(failed("webkit", id=f"case {number}") for number in range(8))))
    assert text.count("transport: expected xhr-polling, was jsonp-polling") == 1
    assert "  like it: case 1, case 2, case 3, case 4, case 5 and 2 more\n" in text


def test_summary_of_a_long_table_leaves_out_what_passed() -> None:
    cases = [direct("chromium", f"scenarios/{number}.yaml") for number in range(70)]
    text = said(run_of(*cases, failed("chromium")))
    assert "scenarios/corporate/strip-and-buffer.yaml  jsonp-polling (failed)\n" in text
    assert "scenarios/3.yaml" not in text
    assert "and 70 rows in which all passed: see the report\n" in text
    assert "scenario" not in said(run_of(*cases)), "nothing is left of the table"


def test_summary_tells_what_changed() -> None:
    text = said(run_of(failed("webkit"), case("chromium")), before=run_of(case("webkit"), case("chromium")))
    assert (
        "changed  1 worse, 1 as before, compared with the last run, old\n"
        "  worse  corporate/strip-and-buffer[webkit]  passed on xhr-polling -> failed on jsonp-polling\n"
    ) in text
    many = [case("webkit", id=str(number)) for number in range(13)]
    moved = [one.model_copy(update={"transport": "websocket", "attempts": []}) for one in many]
    assert "  and 3 more: see the report\n" in said(run_of(*moved), before=run_of(*many))
    assert "changed" not in said(run_of(*many), before=run_of(*many))


def test_summary_ends_with_the_engines_that_were_replaced() -> None:
    text = said(run_of(again(), replaced=[replaced(again())]))
    assert text.splitlines()[-3:] == [
        f"replaced  chromium, in direct/plain[chromium]: {HUNG}",
        "1 passed in 48.2 s, 1 engine replaced",
        "reports/now/report.html",
    ]
