import pytest

from lab.scenario.made import texts_of
from lab.scenario.steps.send import Made


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_mixed_messages_hold_what_transports_stumble_over() -> None:
    texts = texts_of(Made())
    assert len(texts) == 200
    assert {0, 1, 64 * 1024} <= {units(text) for text in texts}
    everything = "".join(texts)
    assert set('"\\\x00\u2028\uffff<') <= set(everything)
    assert any(ord(char) > 0xFFFF for char in everything)
    assert any(0xD800 <= ord(char) < 0xDC00 for char in everything)
    assert any(0xDC00 <= ord(char) < 0xE000 for char in everything)


@pytest.mark.parametrize("kind", ["text", "binary", "escapes", "astral", "surrogates"])
@pytest.mark.parametrize("size", [0, 1, 7, 4096])
def test_size_is_counted_in_code_units(kind: str, size: int) -> None:
    made = Made.model_validate({"count": 3, "kind": kind, "size": f"{size}B"})
    assert [units(text) for text in texts_of(made)] == [size] * 3


def test_surrogates_never_pair() -> None:
    for text in texts_of(Made(kind="surrogates", count=20)):
        halves = {ord(char) < 0xDC00 for char in text}
        assert len(halves) == 1


def test_seed_decides() -> None:
    assert texts_of(Made(seed=1)) == texts_of(Made(seed=1))
    assert texts_of(Made(seed=1)) != texts_of(Made(seed=2))
