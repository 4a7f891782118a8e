"""The service that answers with long messages."""

import pytest

from lab.server.services.amplify import exponent


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("18", 18), ("3.9", 3), ("0", 1), ("19", 1), ("-2", 1), ("x", 1), ("", 1), ("nan", 1), ("inf", 1)],
)
def test_numbers_out_of_range_count_as_one(text: str, number: int) -> None:
    assert exponent(text) == number


async def test_answer_is_two_to_the_power_of_the_number(serve, client) -> None:
    url = await serve("amplify")
    async with client.ws_connect(url + "/0/a/websocket") as ws:
        assert await ws.receive_str() == "o"
        await ws.send_str('["4", "18"]')
        assert await ws.receive_str() == f'a["{"x" * 16}"]'
        assert await ws.receive_str() == f'a["{"x" * 262144}"]'
