from hypothesis import given
from hypothesis import strategies as st

from lab.report.chart import chart_of
from lab.timeline.results import Attempt
from tests.report.sample import CREATED_MS, attempt, fallback


def test_chart_draws_each_attempt_from_its_start_to_its_end() -> None:
    chart = chart_of("main", [attempt("websocket", "failed", 0, 250), attempt("xhr-polling", "opened", 250, 1_000)])
    assert [(bar.left, bar.width, bar.label) for bar in chart.bars] == [(0, 25, "250 ms"), (25, 75, "750 ms")]
    assert [(tick.at, tick.label) for tick in chart.ticks] == [
        (0, "0 ms"),
        (20, "200 ms"),
        (40, "400 ms"),
        (60, "600 ms"),
        (80, "800 ms"),
        (100, "1,000 ms"),
    ]


def test_chart_of_a_later_connection_counts_from_the_clock_of_the_first() -> None:
    chart = chart_of(
        "second", [attempt("websocket", "opened", 530, 930)], zero=(CREATED_MS, "the client was created")
    )
    assert (chart.zero_ms, chart.zero_is) == (CREATED_MS, "the client was created")
    assert [(tick.at, tick.label) for tick in chart.ticks] == [
        (17.5, "600 ms"),
        (42.5, "700 ms"),
        (67.5, "800 ms"),
        (92.5, "900 ms"),
    ]


def test_chart_shows_a_budget_that_an_attempt_was_not_given_in_full() -> None:
    (bar,) = chart_of("main", [attempt("eventsource", "timed out", 0, 10, budget=622)]).bars
    assert bar.budget == 100
    assert bar.width < 2


def test_chart_is_not_stretched_by_a_budget_that_was_not_needed() -> None:
    (bar,) = chart_of("main", [attempt("websocket", "opened", 0, 10, budget=622)]).bars
    assert (bar.width, bar.budget) == (100, None)


def test_chart_begins_when_the_client_was_created() -> None:
    chart = chart_of("main", [attempt("websocket", "opened", 20, 100)], open_ms=100)
    assert (chart.zero_ms, chart.zero_is) == (CREATED_MS, "the client was created")
    assert [(bar.left, bar.width) for bar in chart.bars] == [(20, 80)]


def test_chart_begins_with_the_first_attempt_where_nothing_opened() -> None:
    chart = chart_of("main", [attempt("websocket", "failed", 20, 100)])
    assert (chart.zero_ms, chart.zero_is) == (CREATED_MS + 20, "the first attempt began")
    assert chart.bars[0].left == 0


def test_chart_never_begins_after_its_first_attempt() -> None:
    chart = chart_of("main", [attempt("websocket", "opened", 20, 100)], open_ms=3)
    assert chart.bars[0].left == 0


def test_chart_draws_an_undecided_attempt_to_the_end() -> None:
    first, second = chart_of(
        "main", [attempt("websocket", "undecided", 0, None, budget=100), attempt("xhr-polling", "opened", 50, 200)]
    ).bars
    assert (first.left, first.width, first.label) == (0, 100, "undecided")
    assert second.left == 25


def test_chart_puts_the_label_where_there_is_room() -> None:
    sides = [bar.label_side for bar in chart_of("main", fallback()).bars]
    assert sides == ["after", "after", "after", "before", "before"]
    assert chart_of("main", [attempt("websocket", "opened", 0, 9)]).bars[0].label_side == "inside"


times = st.floats(-1e4, 1e7)
attempts = st.builds(
    Attempt,
    transport=st.just("websocket"),
    outcome=st.sampled_from(["opened", "failed", "timed out", "abandoned", "undecided"]),
    reason=st.just(""),
    start_ms=times,
    end_ms=st.none() | times,
    budget_ms=st.none() | st.floats(0, 1e6),
)


@given(st.lists(attempts, min_size=1, max_size=12))
def test_chart_keeps_everything_on_the_page(tried: list[Attempt]) -> None:
    chart = chart_of("main", tried)
    for bar in chart.bars:
        assert 0 <= bar.left <= bar.left + bar.width <= 100.001
        assert 0 <= bar.label_at <= 100
        assert bar.budget is None or 0 <= bar.budget <= 100
    assert 1 <= len(chart.ticks) <= 6
    assert all(-0.01 <= tick.at <= 100.01 for tick in chart.ticks)
    assert len({tick.label for tick in chart.ticks}) == len(chart.ticks)
