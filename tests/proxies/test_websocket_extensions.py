import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench
from tests.proxies.dialogue import HANDSHAKE, SWITCH, masked, opened, read_frame, said

OFFER = ANSWER = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
NAME = "sec-websocket-extensions"
PACKED = b"\xc1\x03\x4a\x04\x00"
"""A text frame with RSV1 set: "a" compressed."""


OFFERS = "[Sec-WebSocket-Extensions: permessage-deflate]"


def test_dialogue_of_a_claim(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("websocket_extensions", {"do": "claim"}),
        f"""
        0  client asks GET /ws {OFFERS}
        0  server gets GET /ws {OFFERS}
        1  server answers 101
        1  client gets 101 {OFFERS}
        2  client says "packed"
        2  server gets "packed"
        """,
    )
    assert said == ["pretended that the server had agreed to compress frames"]


def test_dialogue_of_an_offer_that_is_removed(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("websocket_extensions", {"do": "remove_offer"}),
        f"""
        0  client asks GET /ws {OFFERS}
        0  server gets GET /ws
        1  server answers 101
        1  client gets 101
        """,
    )
    assert said == ["removed the offer to compress frames"]


def test_dialogue_of_an_answer_that_is_removed(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("websocket_extensions", {"do": "remove_answer"}),
        f"""
        0  client asks GET /ws {OFFERS}
        0  server gets GET /ws {OFFERS}
        1  server answers 101 {OFFERS}
        1  client gets 101
        """,
    )
    assert said == ["removed the server's consent to compress frames"]


def test_dialogue_of_a_bit(catalogue: Catalogue) -> None:
    play(
        catalogue.make("websocket_extensions", {"do": "set_rsv1", "direction": "up"}),
        """
        0  client asks GET /ws
        0  server gets GET /ws
        1  server answers 101
        1  client gets 101
        2  client says "a"
        2  server gets "a" with RSV1
        3  server says "o"
        3  client gets "o"
        """,
    )


def test_dialogue_of_a_cut(catalogue: Catalogue) -> None:
    play(
        catalogue.make("websocket_extensions", {"do": "cut"}),
        f"""
        0  client asks GET /ws {OFFERS}
        0  server gets GET /ws {OFFERS}
        1  server answers 101 {OFFERS}
        1  client gets 101 {OFFERS}
        2  server says ping
        2  client gets ping
        3  server says "o"
        3  client gets fin
        3  server gets fin
        """,
    )


@pytest.mark.parametrize(
    ("do", "offer", "answer", "asked", "answered"),
    [
        ("remove_offer", OFFER, "", False, False),
        ("remove_answer", OFFER, ANSWER, True, False),
        ("claim", OFFER, "", True, True),
        ("claim", "", "", False, False),  # Nobody may agree to what was not offered.
        ("set_rsv1", OFFER, ANSWER, True, True),
    ],
)
async def test_handshake_is_mangled(
    catalogue: Catalogue, authority: Authority, do: str, offer: str, answer: str, asked: bool, answered: bool
) -> None:
    async with Bench(catalogue.make("websocket_extensions", {"do": do}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(HANDSHAKE.format(headers=offer))
        server = await bench.accept()
        assert (NAME in (await server.head()).headers) == asked
        await server.send(SWITCH.format(headers=answer))
        assert (NAME in (await browser.head()).headers) == answered


async def test_frames_pass_unread_where_one_side_was_deceived(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("websocket_extensions", {"do": "claim"}), authority=authority) as bench:
        browser, server = await opened(bench, offer=OFFER)
        await server.send(said("o"))
        assert await browser.read(3) == said("o")
        await browser.send(masked(PACKED))
        assert await server.read(9) == masked(PACKED)
        await server.close()
        assert await browser.rest() == b""


@pytest.mark.parametrize(("direction", "down", "up"), [("down", 0xC1, 0x81), ("up", 0x81, 0xC1)])
async def test_bit_is_set(catalogue: Catalogue, authority: Authority, direction: str, down: int, up: int) -> None:
    behaviour = catalogue.make("websocket_extensions", {"do": "set_rsv1", "direction": direction})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await opened(bench)
        await server.send(said("o"))
        assert await read_frame(browser) == (down, b"o")
        await browser.send(masked(said("a")))
        assert await read_frame(server) == (up, b"a")


@pytest.mark.parametrize("agreed", [True, False])
async def test_compressed_websocket_is_cut(catalogue: Catalogue, authority: Authority, agreed: bool) -> None:
    async with Bench(catalogue.make("websocket_extensions", {"do": "cut"}), authority=authority) as bench:
        browser, server = await opened(bench, offer=OFFER, answer=ANSWER if agreed else "")
        if agreed:
            await server.send(PACKED)
            assert await browser.rest() == b""
        else:
            await server.send(said("o"))
            assert await browser.read(3) == said("o")
