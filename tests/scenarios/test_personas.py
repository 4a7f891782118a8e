"""The shipped scenarios of the personas expect what the personas say, in every cell.

That the files are what their script makes of the personas is held with all other generated files, in
tests/docs/test_reference.py.
"""

import itertools

import pytest

from lab.browser import personas
from lab.scenario.loader import load_bytes
from lab.scenario.matrix import Case, cases
from scripts.persona_scenarios import FOLDER, files

CELLS = list(itertools.product(personas.PAGES, personas.COLUMNS))


BY_HAND = {"blocked.yaml"}


def test_folder_holds_a_file_for_each_column_and_those_made_by_hand() -> None:
    made = {f"{page}-{column}.yaml" for page, column in CELLS}
    assert {path.name for path in FOLDER.iterdir()} == made | BY_HAND


def of_webkit(page: personas.PageKind, column: personas.Column) -> list[Case]:
    path = FOLDER / f"{page}-{column}.yaml"
    return [case for case in cases(load_bytes(files()[path].encode(), path)) if case.engine == "webkit"]


@pytest.mark.parametrize(("page", "column"), CELLS)
def test_every_persona_is_expected_to_open_on_what_it_chose(page: personas.PageKind, column: personas.Column) -> None:
    chosen = {name: personas.find(name).chosen(page, column) for name in personas.names()}
    scenarios = [case.scenario for case in of_webkit(page, column)]
    expected = {(one.page.persona, one.page.scheme): one.expect.transport for one in scenarios}
    over_http = {(name, "http"): transport for name, transport in chosen.items()}
    over_https = {name: transport for (name, scheme), transport in expected.items() if scheme == "https"}
    assert over_http.items() <= expected.items()
    if page == "http":
        assert over_https == chosen
    else:
        # A page from disk meets https with one persona for each transport.
        assert over_https.items() <= chosen.items()
        assert sorted(map(str, over_https.values())) == sorted(set(chosen.values()))


@pytest.mark.parametrize(("page", "column"), CELLS)
def test_every_persona_is_expected_to_try_nothing_else(page: personas.PageKind, column: personas.Column) -> None:
    for case in of_webkit(page, column):
        expect = case.scenario.expect
        attempts = [(attempt.transport, attempt.outcome) for attempt in expect.only_attempts or ()]
        assert attempts[-1] == (expect.transport, "opened")
        # The one that older browsers tried in vain.
        assert attempts[:-1] in ([], [("eventsource", "failed")])
        assert bool(attempts[:-1]) == ("time is up" in case.reason)


@pytest.mark.parametrize(
    ("page", "column", "persona", "says"),
    [
        ("file", "streaming", "opera12.10", "The README says iframe-eventsource for streaming. The EventSource"),
        (
            "file",
            "websocket",
            "ie6",
            "iframe-eventsource for streaming and iframe-xhr-polling for polling. No iframe",
        ),
        ("file", "polling", "ie6", "The README says iframe-xhr-polling for polling. No iframe"),
        ("http", "websocket", "safari5", "The README says hixie-76, by which the browser spoke."),
        ("file", "websocket", "chrome14", "The README says hybi-10 / rfc6455, by which the browser spoke."),
    ],
)
def test_cell_that_is_not_as_the_readme_has_it_says_why(
    page: personas.PageKind, column: personas.Column, persona: str, says: str
) -> None:
    (case, *_) = [case for case in of_webkit(page, column) if case.scenario.page.persona == persona]
    assert says in case.reason


def test_cell_that_is_as_the_readme_has_it_says_nothing_of_its_own() -> None:
    reasons = {case.scenario.page.persona: case.reason for case in of_webkit("http", "websocket")}
    assert [name for name, reason in reasons.items() if reason] == [
        *("chrome14", "chrome6", "firefox10", "opera10.70", "safari5"),
    ]
