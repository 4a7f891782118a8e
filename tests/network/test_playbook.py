import pytest

from lab.network.behaviour import Behaviour
from lab.network.playbook import play


def test_mismatch_shows_the_dialogues_as_a_diff() -> None:
    with pytest.raises(AssertionError) as raised:
        play(
            Behaviour(),
            r"""
            0   client asks GET /info
            0   server gets GET /info
            10  server answers 200
            12  client gets 200
            20  server ends
            20  client gets end
            """,
        )
    assert str(raised.value).splitlines() == [
        "it went otherwise (- as written, + as played):",
        "  0 client asks GET /info",
        "  0 server gets GET /info",
        "  10 server answers 200",
        "- 12 client gets 200",
        "+ 10 client gets 200",
        "  20 server ends",
        "  20 client gets end",
    ]


def test_what_comes_out_unasked_is_a_mismatch() -> None:
    with pytest.raises(AssertionError, match=r"\+ 0 server gets GET /info"):
        play(Behaviour(), "0 client asks GET /info")


def test_pieces_can_be_shown_otherwise_or_not_at_all() -> None:
    dialogue = """
        0  client asks GET /info
        0  server gets GET /info
        0  server answers 200
        0  client gets 200
        1  server says "a"
        2  server says "b"
        2  client gets "B"
        3  server ends
        3  client gets end
    """
    play(Behaviour(), dialogue, show=lambda data: data.upper() if data == b"b" else b"")


def test_line_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a line of a dialogue: 0 proxy waits"):
        play(Behaviour(), "0 proxy waits")
