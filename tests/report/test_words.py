import pytest

from lab.report import words
from lab.timeline.results import CaseResult, Diagnosis, OtherTry, RunResult
from tests.report.sample import (
    HELD_BACK,
    HUNG,
    STRIPPED,
    again,
    attempt,
    broken,
    case,
    direct,
    dozen,
    failed,
    fallback,
    replaced,
    run_of,
)


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 ms"),
        (0.42, "0.4 ms"),
        (14.2, "14 ms"),
        (999.4, "999 ms"),
        (999.6, "1.00 s"),
        (1_920, "1.92 s"),
        (9_996, "10.0 s"),
        (48_200, "48.2 s"),
        (59_960, "1 min 0 s"),
        (123_000, "2 min 3 s"),
        (3_599_700, "1 h 0 min"),
        (3_720_000, "1 h 2 min"),
    ],
)
def test_duration_reads_like_a_persons(ms: float, text: str) -> None:
    assert words.duration(ms) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hello ☃ é", "hello ☃ é"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("\ud800", "\\ud800"),
        ("exe.\u202egnp", "exe.\\u202egnp"),
        ("\u2028", "\\u2028"),
    ],
)
def test_visible_writes_out_what_a_terminal_would_obey(text: str, shown: str) -> None:
    assert words.visible(text) == shown


def test_visible_keeps_what_it_is_told_to() -> None:
    assert words.visible("a\nb\r", keep="\n") == "a\nb\\r"


def test_moment_is_in_utc() -> None:
    assert words.moment(1_795_356_187.9) == "2026-11-22 14:03:07 UTC"


@pytest.mark.parametrize(
    ("run", "line", "sentence"),
    [
        (run_of(), "no cases in 48.2 s", "No case was run."),
        (run_of(interrupted=True), "no cases in 48.2 s", "Interrupted before any case had ended."),
        (run_of(direct("chromium")), "1 passed in 48.2 s", "The only case passed."),
        (run_of(direct("chromium"), direct("webkit")), "2 passed in 48.2 s", "All 2 cases passed."),
        (run_of(failed()), "1 failed in 48.2 s", "The only case failed."),
        (
            run_of(broken(), broken("webkit"), interrupted=True),
            "2 errors in 48.2 s",
            "Interrupted. No case failed and none passed, 2 could not be judged.",
        ),
        (
            run_of(direct("chromium"), case("webkit", "flaky")),
            "1 passed, 1 flaky in 48.2 s",
            "1 of 2 cases passed, 1 passed only at a later try.",
        ),
        (
            run_of(*dozen()),
            "7 passed, 1 failed, 1 flaky, 1 error, 2 skipped in 48.2 s",
            "1 of 12 cases failed, 1 passed only at a later try, 1 could not be judged, 2 skipped.",
        ),
    ],
)
def test_counts_and_verdict_name_every_outcome(run: RunResult, line: str, sentence: str) -> None:
    assert words.counts_line(run) == line
    assert words.verdict(run) == sentence


def test_counts_line_tells_how_many_engines_were_replaced() -> None:
    one = replaced(direct("webkit"))
    assert words.counts_line(run_of(again(), replaced=[one])) == "1 passed in 48.2 s, 1 engine replaced"
    assert words.counts_line(run_of(replaced=[one, one])) == "no cases in 48.2 s, 2 engines replaced"
    assert words.replaced(run_of(replaced=[one])) == [f"webkit, in direct/plain[webkit]: {HUNG}"]


def test_uncounted_tells_why_a_try_did_not_count() -> None:
    assert words.uncounted(again()) == [
        "try 1 did not count: machine too busy: websocket timed out, timers 310 ms late",
        f"try 2 did not count, and chromium was replaced: {HUNG}",
    ]
    retried = [OtherTry(number=1, outcome="failed", message="transport: expected a, was b")]
    assert words.uncounted(case(outcome="flaky", tries=2, other_tries=retried)) == []


@pytest.mark.parametrize(("tries", "others", "told"), [(1, [], 1), (3, [1, 2], 3), (3, [1, 3], 2), (2, [], 2)])
def test_told_try_is_the_one_that_is_no_other(tries: int, others: list[int], told: int) -> None:
    apart = [OtherTry(number=number, outcome="error", message="x") for number in others]
    assert words.told_try(case(tries=tries, other_tries=apart)) == told


def test_matrix_words_show_values_as_json_where_they_are_no_strings() -> None:
    assert words.matrix_words({"client.version": "1.6.1", "page": True, "n": None}) == (
        "client.version = 1.6.1, page = true, n = null"
    )


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        (direct("chromium"), "websocket"),
        (direct("chromium", attempts=[]), ""),
        (
            case(attempts=fallback()[:2], transport=None),
            "websocket failed (10 ms) -> xhr-streaming timed out (611 ms) -> none",
        ),
        (case(attempts=[attempt("websocket", "undecided", 16, None)]), "websocket undecided"),
        (
            case(
                attempts=[
                    attempt("websocket", "opened", 1, 5),
                    attempt("websocket", "failed", 2, 4, connection="second"),
                    attempt("xhr-polling", "opened", 5, 9, connection="second"),
                ]
            ),
            "websocket; second: websocket failed (2 ms) -> xhr-polling",
        ),
    ],
)
def test_path_taken_says_why_each_transport_was_left(entry: CaseResult, path: str) -> None:
    assert words.path_taken(entry) == path


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (failed(expectations=failed().expectations[:1]), ["transport: expected xhr-polling, was jsonp-polling"]),
        (failed(expectations=[], message="step 3: nothing came"), ["step 3: nothing came"]),
        (broken(expectations=failed().expectations, message="machine too busy"), ["machine too busy"]),
        (case(outcome="flaky"), ["passed only at a later try"]),
        (case(outcome="error"), []),
    ],
)
def test_troubles_are_what_was_broken_or_the_message(entry: CaseResult, said: list[str]) -> None:
    assert words.troubles(entry) == said


def test_causes_says_each_cause_once() -> None:
    first, second = words.causes(case())
    assert (first.about, first.sentences, len(first.hints), len(first.proof)) == (("websocket",), (STRIPPED,), 1, 2)
    assert second.about == ("xhr-streaming", "eventsource", "iframe-eventsource")
    assert second.sentences == (HELD_BACK,)


def test_causes_keeps_the_same_cause_at_two_hops_apart() -> None:
    entries = [
        Diagnosis(about=name, cause="response_buffered", hop=hop, sentence=f"{hop} held it back.")
        for name, hop in (("xhr-streaming", "hop1"), ("eventsource", "hop2"))
    ]
    assert [cause.hop for cause in words.causes(case(diagnosis=entries))] == [None, "hop1", "hop2", None]


def test_causes_fall_back_on_the_attempts_own_reason_in_their_order() -> None:
    told = [entry for entry in case().diagnosis if entry.about != "websocket"]
    first, second = words.causes(case(diagnosis=told))
    assert first.about == ("websocket",)
    assert first.sentences == ("The handshake was answered with 400; the browser closed it with code 1006.",)
    assert second.about[0] == "xhr-streaming"


def test_causes_of_the_whole_connection_come_last() -> None:
    lost = Diagnosis(about="connection", cause="info_failed", hop=None, sentence="/info was answered with 502.")
    told = words.causes(case(diagnosis=[lost, *case().diagnosis]))
    assert [cause.about[0] for cause in told] == ["websocket", "xhr-streaming", "connection"]
