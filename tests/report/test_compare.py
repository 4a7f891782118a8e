from typing import Any

import pytest

from lab.report.compare import Changes, compare, in_words
from lab.timeline.results import CaseResult
from tests.report.sample import case, direct, failed, fallback, run_of


def held(new: list[CaseResult], old: list[CaseResult], **more: Any) -> Changes:
    return compare(run_of(*new), run_of(*old, began_at=7.0), against="the last run", **more)


same = direct("chromium")


@pytest.mark.parametrize(
    ("before", "now", "kind", "words"),
    [
        (case(), failed("chromium"), "worse", ("passed on xhr-polling", "failed on jsonp-polling")),
        (failed("chromium"), case(), "better", ("failed on jsonp-polling", "passed on xhr-polling")),
        (case(), case(outcome="flaky"), "worse", ("passed on xhr-polling", "flaky on xhr-polling")),
        (case(), case(outcome="error", transport=None), "worse", ("passed on xhr-polling", "error")),
        # The same transport by another way is a change too.
        (
            case(attempts=fallback()[2:]),
            case(attempts=fallback()[3:]),
            "moved",
            (
                "eventsource timed out, iframe-eventsource timed out, xhr-polling opened",
                "iframe-eventsource timed out, xhr-polling opened",
            ),
        ),
        (case(), case(transport=None, attempts=[]), "moved", ("xhr-polling", "not open")),
        (case(open_ms=500), case(open_ms=1_000), "slower", ("open after 500 ms", "open after 1.00 s")),
    ],
)
def test_compare_tells_what_became_of_a_case(
    before: CaseResult, now: CaseResult, kind: str, words: tuple[str, str]
) -> None:
    (change,) = held([now], [before]).changed
    assert (change.kind, change.before, change.after) == (kind, *words)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (same, same),
        (case(open_ms=500), case(open_ms=999)),
        (case(open_ms=100), case(open_ms=590)),
        (case(open_ms=2_000), case(open_ms=500)),
        # Two errors: the lab knows nothing of the client in either.
        (case(outcome="error", attempts=[]), case(outcome="error")),
    ],
)
def test_compare_passes_over_what_is_as_it_was(before: CaseResult, now: CaseResult) -> None:
    found = held([now], [before])
    assert (found.changed, found.same) == ([], 1)


def test_compare_holds_no_skipped_case_against_anything() -> None:
    skipped = direct("chromium", outcome="skipped")
    for pair in ([same], [skipped]), ([skipped], [same]):
        found = held(*pair)
        assert (found.changed, found.same) == ([], 0)


def test_compare_puts_what_got_worse_first() -> None:
    names = ["a", "b", "c"]
    old = [failed("chromium", id="a"), case(id="b"), case(id="c")]
    new = [case(id="a"), case(id="b", attempts=[], transport=None), failed("chromium", id="c")]
    found = held(new, old)
    assert [(change.id, change.kind) for change in found.changed] == [("c", "worse"), ("b", "moved"), ("a", "better")]
    assert [found.of(name) is not None for name in [*names, "d"]] == [True, True, True, False]


def test_compare_knows_what_is_new_and_what_is_gone() -> None:
    found = held([case(id="new")], [case(id="old")])
    assert (found.new, found.gone, found.began_at) == (["new"], ["old"], 7.0)
    assert held([case(id="new")], [case(id="old")], whole=False).gone == []


def test_changes_in_words_count_what_there_is() -> None:
    old = [case(id="a"), case(id="b"), same]
    found = held([failed("chromium", id="a"), same, case(id="c")], old)
    assert in_words(found) == "1 worse, 1 as before, 1 new, 1 gone, compared with the last run"
    assert in_words(held([], [])) == "nothing to compare, compared with the last run"
