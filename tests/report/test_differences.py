import pytest

from lab.report.differences import FIRST_MESSAGES, MOST_MESSAGES, differences_of, talks_of
from lab.timeline.tree import Change, Message, Sighting
from tests.report.timelines import TIMELINE, ZERO, request, tried


def test_difference_that_was_made_to_all_requests_stands_once() -> None:
    (step,) = differences_of(TIMELINE)
    assert (step.where, step.source, step.target) == ("Inside hop1", "hop1.client", "hop1.server")
    assert [(change.name, change.of, change.requests) for change in step.changes] == [
        ("Upgrade", "request", "websocket"),
        ("Via", "response", "all 4 requests"),
    ]


def test_difference_of_an_answer_stands_in_path_order_too() -> None:
    """An answer comes from the right: what it had before stands in the right column."""
    (step,) = differences_of(TIMELINE)
    assert [(change.before, change.after) for change in step.changes] == [(["websocket"], []), (["1.1 gate"], [])]


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (["a"], "a"),
        (["a", "a"], "a"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ],
)
def test_difference_names_a_few_of_its_requests(paths: list[str], said: str) -> None:
    change = Change(
        of="request", name="X", before=[], after=["1"], source="hop1.client", target="hop1.server", hop="hop1"
    )
    requests = [*(request(path, 1, 2, change) for path in paths), *(request("f", 1, 2) for _ in range(9))]
    (connection,) = TIMELINE.connections
    alone = connection.model_copy(update={"tries": [tried("websocket", "failed", 0, 9, *requests)]})
    (step,) = differences_of(TIMELINE.model_copy(update={"connections": [alone]}))
    assert step.changes[0].requests == said


def test_difference_between_two_hops_says_so_and_stands_in_path_order() -> None:
    def between(source: str, target: str, hop: str | None) -> Change:
        return Change(of="request", name="X", before=["0"], after=["1"], source=source, target=target, hop=hop)

    changes = [between("hop1.server", "server", None), between("hop1.client", "hop1.server", "hop1")]
    (connection,) = TIMELINE.connections
    alone = connection.model_copy(
        update={"tries": [tried("websocket", "failed", 0, 9, request("a", 1, 2, *changes))]}
    )
    steps = differences_of(TIMELINE.model_copy(update={"connections": [alone]}))
    assert [step.where for step in steps] == ["Inside hop1", "Between hop1.server and server"]


def test_talk_has_a_column_per_vantage_that_saw_any_message() -> None:
    (talk,) = talks_of(TIMELINE)
    assert talk.vantages == ["browser", "server"]
    assert [(message.text, message.at, message.arrived) for message in talk.messages] == [
        ("hello", [30, 34], True),
        ("gone", [40, None], False),
    ]


def test_talk_leaves_out_what_nobody_would_read() -> None:
    (connection,) = TIMELINE.connections
    seen = [Sighting(vantage="browser", t_ms=ZERO)]
    said = [
        Message(direction="up", n=n, text=str(n), bytes=1, arrived=True, seen=seen) for n in range(MOST_MESSAGES + 7)
    ]
    (talk,) = talks_of(
        TIMELINE.model_copy(update={"connections": [connection.model_copy(update={"messages": said})]})
    )
    assert (len(talk.messages), len(talk.rest), talk.left_out) == (FIRST_MESSAGES, MOST_MESSAGES - FIRST_MESSAGES, 7)


@pytest.mark.parametrize(
    ("text", "size", "shown"), [("abc", 3, "abc"), ("ø", 2, "ø"), ("abc", 4_822, "abc…"), ("", 0, "")]
)
def test_talk_marks_a_message_of_which_the_beginning_was_kept(text: str, size: int, shown: str) -> None:
    (connection,) = TIMELINE.connections
    said = Message(
        direction="up", n=0, text=text, bytes=size, arrived=True, seen=[Sighting(vantage="server", t_ms=1)]
    )
    (talk,) = talks_of(
        TIMELINE.model_copy(update={"connections": [connection.model_copy(update={"messages": [said]})]})
    )
    assert [message.text for message in talk.messages] == [shown]


def test_talk_of_no_messages_is_none() -> None:
    (connection,) = TIMELINE.connections
    silent = TIMELINE.model_copy(update={"connections": [connection.model_copy(update={"messages": []})]})
    assert talks_of(silent) == []
