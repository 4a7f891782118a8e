import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.timeline.messages import compare, messages_of
from lab.timeline.results import Messages

TEXTS = st.lists(st.sampled_from("abcde"), max_size=12)
DISTINCT = st.lists(st.integers(), unique=True, max_size=20)


@pytest.mark.parametrize(
    ("sent", "received", "wrong"),
    [
        ("", "", {}),
        ("abc", "abc", {}),
        # equal texts sent twice are two messages
        ("aba", "aba", {}),
        ("aaa", "aa", {"lost": 1}),
        ("abc", "ab", {"lost": 1}),
        ("abc", "", {"lost": 3}),
        ("abc", "abbc", {"duplicated": 1}),
        # the repeated one comes late: still nothing was moved
        ("abc", "abca", {"duplicated": 1}),
        ("ab", "aabb", {"duplicated": 2}),
        ("abc", "acb", {"reordered": 1}),
        # one moved to the end, all others stand as they stood
        ("abcd", "bcda", {"reordered": 1}),
        ("abcd", "dcba", {"reordered": 3}),
        ("abab", "baba", {"reordered": 1}),
        # x was never sent: it is b, changed on the way
        ("abc", "axc", {"corrupted": 1}),
        ("abc", "axyc", {"corrupted": 2}),
        ("abc", "xa", {"corrupted": 1, "lost": 1}),
        # a changed into the text of another cannot be told from lost and duplicated
        ("ab", "bb", {"lost": 1, "duplicated": 1}),
        ("", "x", {"corrupted": 1}),
        ("abcd", "dxb", {"corrupted": 1, "lost": 1, "reordered": 1}),
    ],
)
def test_compare_counts(sent, received, wrong):
    assert compare(sent, received) == Messages(sent=len(sent), received=len(received), **wrong)


@given(TEXTS)
def test_compare_finds_nothing_wrong_with_a_faithful_echo(sent):
    assert compare(sent, sent) == Messages(sent=len(sent), received=len(sent))


@given(TEXTS, st.randoms(use_true_random=False))
def test_compare_calls_a_shuffled_list_only_reordered(sent, rng):
    received = rng.sample(sent, len(sent))
    found = compare(sent, received)
    assert (found.lost, found.duplicated, found.corrupted) == (0, 0, 0)
    assert (found.reordered == 0) == (sent == received)


@given(TEXTS, st.data())
def test_compare_calls_dropped_items_only_lost(sent, data):
    kept = data.draw(st.lists(st.booleans(), min_size=len(sent), max_size=len(sent)))
    received = [text for text, keep in zip(sent, kept, strict=True) if keep]
    assert compare(sent, received) == Messages(sent=len(sent), received=len(received), lost=len(sent) - len(received))


@given(TEXTS, st.data())
def test_compare_calls_repeated_items_only_duplicated(sent, data):
    times = data.draw(st.lists(st.integers(1, 3), min_size=len(sent), max_size=len(sent)))
    received = [text for text, count in zip(sent, times, strict=True) for _ in range(count)]
    assert compare(sent, received) == Messages(
        sent=len(sent), received=len(received), duplicated=len(received) - len(sent)
    )


@given(DISTINCT, st.data())
def test_compare_calls_changed_items_only_corrupted(sent, data):
    changed = data.draw(st.sets(st.sampled_from(range(len(sent))))) if sent else set()
    received = [f"changed {text}" if index in changed else text for index, text in enumerate(sent)]
    assert compare(sent, received) == Messages(sent=len(sent), received=len(received), corrupted=len(changed))


@given(DISTINCT, st.randoms(use_true_random=False))
def test_compare_moves_no_more_than_was_moved(sent, rng):
    received = list(sent)
    moves = rng.randrange(3) if sent else 0
    for _ in range(moves):
        received.insert(rng.randrange(len(sent)), received.pop(rng.randrange(len(sent))))
    assert compare(sent, received).reordered <= moves


@given(TEXTS, TEXTS)
def test_compare_accounts_for_every_message(sent, received):
    found = compare(sent, received)
    # Each message received is one that came back, a repetition, or one never sent.
    came_back = found.received - found.duplicated - found.corrupted
    assert 0 <= found.reordered <= came_back
    assert found.sent >= came_back + found.lost
    assert min(found.model_dump().values()) >= 0


def _messages(see, kind, texts, connection="main"):
    lines = [f"{n} b message.{kind} connection={connection} n={n} hash=h{text}" for n, text in enumerate(texts)]
    return see(*lines)


def test_messages_of_keeps_connections_apart(see):
    events = [
        *_messages(see, "out", "ab"),
        *_messages(see, "in", "ab"),
        *_messages(see, "out", "cd", "other"),
        *_messages(see, "in", "dc", "other"),
    ]
    assert messages_of(events) == Messages(sent=4, received=4, reordered=1)
    # What one connection sent is never found again in the other's.
    assert messages_of(_messages(see, "out", "a") + _messages(see, "in", "a", "other")).corrupted == 1


def test_messages_of_orders_messages_of_one_moment_by_their_count(see):
    events = see(*(f"5 b message.{kind} n={n} hash=h{n}" for kind in ("out", "in") for n in range(4)))
    assert messages_of(random.Random(3).sample(events, len(events))) == Messages(sent=4, received=4)


def test_messages_of_does_not_count_what_the_server_saw(see):
    assert messages_of(see("1 s message.in session=abcd text=hello bytes=5")) == Messages()


def test_compare_is_fast_where_all_texts_are_equal():
    # Five thousand equal texts are 25 million pairs; the common beginning needs none of them.
    assert compare("a" * 5000, "a" * 4999) == Messages(sent=5000, received=4999, lost=1)


WEBSOCKET = """
    0 b attempt.start connection={c} transport=websocket url=ws://app/echo/1/{s}/websocket
    1 s session.open session={s} transport=websocket
    2 b attempt.open connection={c} transport=websocket
"""


def _page(kind, *texts, connection="main", at=10):
    return "\n".join(
        f"{at + n} b message.{kind} connection={connection} n={n} text={t} bytes={len(t)} hash=h{t}"
        for n, t in enumerate(texts)
    )


def _server(kind, *texts, session="abc", at=10):
    return "\n".join(
        f"{at + n} s message.{kind} session={session} text={t} bytes={len(t)}" for n, t in enumerate(texts)
    )


BEGUN = WEBSOCKET.format(c="main", s="abc")


@pytest.mark.parametrize(
    ("sent", "server_in", "server_out", "received", "wrong"),
    [
        # an echo: what the server saw says the same as what came back
        ("ab", "ab", "ab", "ab", {}),
        ("ab", "b", "b", "b", {"lost": 1}),
        ("ab", "ab", "ab", "b", {"lost": 1}),
        ("ab", "abb", "abb", "abb", {"duplicated": 1}),
        ("ab", "ab", "ab", "abb", {"duplicated": 1}),
        ("ab", "ba", "ba", "ba", {"reordered": 1}),
        ("ab", "ax", "ax", "ax", {"corrupted": 1}),
        # pushes are no fault, wherever they come between
        ("a", "a", "ptaq", "ptaq", {"pushed": 3}),
        ("", "", "pqr", "pqr", {"pushed": 3}),
        ("", "", "pqr", "pr", {"pushed": 3, "lost": 1}),
        ("", "", "pqr", "prq", {"pushed": 3, "reordered": 1}),
        # a service that answers with something else, or not at all
        ("a", "a", "x", "x", {}),
        ("abc", "abc", "", "", {}),
    ],
)
def test_messages_of_holds_each_direction_against_the_servers_own_events(
    see, sent, server_in, server_out, received, wrong
):
    events = see(
        BEGUN,
        _page("out", *sent),
        _server("in", *server_in, at=20),
        _server("out", *server_out, at=30),
        _page("in", *received, at=40),
    )
    assert messages_of(events) == Messages(sent=len(sent), received=len(received), **wrong)


def test_messages_of_keeps_the_pushes_of_named_connections_apart(see):
    """A broadcast: what one sends comes to both."""
    events = see(
        BEGUN,
        WEBSOCKET.format(c="other", s="def"),
        _page("out", "a"),
        _server("in", "a"),
        _server("out", "a"),
        _server("out", "a", session="def"),
        _page("in", "a", at=30),
        _page("in", "a", connection="other", at=30),
    )
    assert messages_of(events, "main") == Messages(sent=1, received=1)
    assert messages_of(events, "other") == Messages(received=1, pushed=1)
    assert messages_of(events) == Messages(sent=1, received=2, pushed=1)


def test_messages_of_finds_the_session_of_a_raw_websocket(see):
    raw = """
        0 b attempt.start connection=first transport=raw-websocket url=ws://app/echo/websocket
        1 b attempt.close connection=first transport=raw-websocket
        2 b attempt.start connection=raw transport=raw-websocket url=ws://app/echo/websocket
        3 s session.open session=raw-1 transport=raw_websocket
        4 b attempt.open connection=raw transport=raw-websocket
    """
    events = see(raw, _server("out", "p", "q", session="raw-1"), _page("in", "p", connection="raw", at=20))
    assert messages_of(events, "raw") == Messages(received=1, pushed=2, lost=1)


@pytest.mark.parametrize(("at", "clean", "lost"), [(4990, "true", 0), (3000, "true", 1), (4990, "false", 1)])
def test_messages_of_does_not_miss_what_was_on_its_way_when_the_page_closed(see, at, clean, lost):
    end = f"5000 b client.close connection=main code=1000 was_clean={clean}"
    events = see(BEGUN, _server("out", "p"), _page("in", "p", at=20), _server("out", "q", at=at), end)
    assert messages_of(events).lost == lost


def test_messages_of_trusts_the_echo_where_the_server_tells_of_another_session(see):
    events = see(BEGUN.replace("session=abc", "session=zzz"), _page("out", "a", "b"), _page("in", "a", at=20))
    assert messages_of(events) == Messages(sent=2, received=1, lost=1)


def test_messages_of_trusts_the_echo_where_a_doorstep_tells_requests_alone(see):
    door = (
        "100 s request request=1 method=GET path=/echo/1/abc/websocket session=abc transport=websocket upgrade=true"
    )
    events = see(
        *(line for line in BEGUN.splitlines() if " s " not in line), door, _page("out", "a"), _page("in", "a", at=20)
    )
    assert messages_of(events) == Messages(sent=1, received=1)
