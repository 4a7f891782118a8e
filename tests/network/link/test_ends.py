import pytest

from lab.network.link.act import Ending
from lab.network.link.ends import EndParameters, ending, seconds


@pytest.mark.parametrize(
    ("how", "side", "did", "only"),
    [
        ("fin", "both", "closed the connection after 3 s", None),
        ("rst", "both", "reset the connection after 3 s", None),
        ("fin", "client", "closed the connection of the client after 3 s", "client"),
        ("rst", "server", "reset the connection of the server after 3 s", "server"),
    ],
)
def test_ending_is_put_into_words(how: str, side: str, did: str, only: str | None) -> None:
    made = ending(how, side, "after 3 s")  # type: ignore[arg-type] # the table has them as str
    assert made == Ending(how, did, only)  # type: ignore[arg-type] # as above


@pytest.mark.parametrize(("ms", "text"), [(60_000.0, "60 s"), (250.0, "0.25 s"), (0.0, "0 s")])
def test_seconds(ms: float, text: str) -> None:
    assert seconds(ms) == text


def test_an_end_is_fin_on_both_sides_by_default() -> None:
    assert EndParameters().model_dump() == {"end": "fin", "side": "both"}
