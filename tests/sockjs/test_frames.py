import contextlib
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.sockjs import frames
from lab.sockjs.frames import PayloadError


@pytest.fixture(autouse=True, scope="module", params=["quick", "standard"])
def parser(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both parsers answer alike; the quick one is there where orjson is."""
    quick = frames._quick
    if request.param == "standard":
        frames._quick = None
    elif quick is None:
        pytest.skip("orjson is not installed")
    yield request.param
    frames._quick = quick


# Any string that JavaScript can hold, lone surrogates included.
TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("", '""'),
        ("a", '"a"'),
        ('"\\/', '"\\"\\\\/"'),
        ("\x00\n\r\t\x1f", '"\\u0000\\n\\r\\t\\u001f"'),
        ("é☃😀", '"é☃😀"'),
        # Both ends of each range that browsers mangle, and their neighbours.
        ("\u200b\u200c\u200f\u2010", '"\u200b\\u200c\\u200f\u2010"'),
        ("\u2027\u2028\u202f\u2030", '"\u2027\\u2028\\u202f\u2030"'),
        ("\u205f\u2060\u206f\u2070", '"\u205f\\u2060\\u206f\u2070"'),
        ("\uffef\ufff0\ufffe\uffff", '"\uffef\\ufff0\\ufffe\\uffff"'),
        # Lone surrogates, which UTF-8 cannot carry.
        ("\ud7ff\ud800\udfff\ue000", '"\ud7ff\\ud800\\udfff\ue000"'),
    ],
)
def test_quote_escapes_what_browsers_mangle(text: str, quoted: str) -> None:
    assert frames.quote(text) == quoted


@pytest.mark.parametrize(
    ("texts", "frame"),
    [
        (["x"], 'a["x"]'),
        (["x", "y☃"], 'a["x","y☃"]'),
        (["  \x00\n\r "], 'a["  \\u0000\\n\\r "]'),
        ([], "a[]"),
    ],
)
def test_messages_makes_frame(texts: list[str], frame: str) -> None:
    assert frames.messages(texts) == frame


@pytest.mark.parametrize(("text", "bare"), [("a", "a"), ("☃\uffff", "☃\uffff"), ("a\ud800", "a\ufffd")])
def test_scalar_replaces_lone_surrogates(text: str, bare: str) -> None:
    assert frames.scalar(text) == bare


def test_close_makes_frame() -> None:
    assert frames.close(3000, "Go away!") == 'c[3000,"Go away!"]'
    assert frames.close(2010, "Another connection still open") == 'c[2010,"Another connection still open"]'


@pytest.mark.parametrize("decode", [frames.decode_messages, frames.decode_websocket])
@pytest.mark.parametrize(
    ("payload", "texts"),
    [('["a"]', ["a"]), ('["a","b"]', ["a", "b"]), ("[]", []), (' [ "\\ud800\\u2028" ] ', ["\ud800\u2028"])],
)
def test_decode_reads_array(decode: object, payload: str, texts: list[str]) -> None:
    assert callable(decode)
    assert decode(payload) == texts


def test_decode_messages_reads_utf8() -> None:
    assert frames.decode_messages('["☃"]'.encode()) == ["☃"]


def test_decode_websocket_reads_string_and_nothing() -> None:
    assert frames.decode_websocket('"abc"') == ["abc"]
    assert frames.decode_websocket("") == []


BROKEN = ['["x', "x", "[NaN]", "[Infinity]", '["a"]x', "[1e", "\ufeff[]", "[" * 100_000, "[" + "9" * 5000 + "]"]


@pytest.mark.parametrize("payload", BROKEN, ids=lambda payload: payload[:8])
def test_decode_refuses_broken_json(payload: str) -> None:
    for decode in (frames.decode_messages, frames.decode_websocket):
        with pytest.raises(PayloadError, match=r"^Broken JSON encoding\.$"):
            decode(payload)


def test_decode_messages_refuses_broken_utf8() -> None:
    with pytest.raises(PayloadError, match=r"^Broken JSON encoding\.$"):
        frames.decode_messages(b'["\xff"]')


@pytest.mark.parametrize("payload", ["null", "1", "{}", "[1]", "[null]", '[["a"]]', '["a", true]', '{"a": "b"}'])
def test_decode_refuses_what_holds_no_strings(payload: str) -> None:
    for decode in (frames.decode_messages, frames.decode_websocket):
        with pytest.raises(PayloadError, match=r"^Payload expected\.$"):
            decode(payload)


@pytest.mark.parametrize("payload", ["", b"", '"a string alone"'])
def test_decode_messages_refuses_what_is_no_array(payload: str | bytes) -> None:
    with pytest.raises(PayloadError, match=r"^Payload expected\.$"):
        frames.decode_messages(payload)


@given(st.lists(TEXT))
def test_frame_holds_what_was_put_in(texts: list[str]) -> None:
    frame = frames.messages(texts)
    # UTF-16 is what JavaScript compares: a pair of lone surrogates is one character there.
    received = json.loads(frame.encode().decode()[1:])
    assert [utf16(text) for text in received] == [utf16(text) for text in texts]
    assert not frames._MANGLED.search(frame)


@given(st.lists(TEXT))
def test_decode_returns_what_a_browser_encodes(texts: list[str]) -> None:
    decoded = frames.decode_messages(json.dumps(texts))
    assert [utf16(text) for text in decoded] == [utf16(text) for text in texts]


@given(st.binary() | st.text())
def test_decode_raises_nothing_else(payload: bytes | str) -> None:
    with contextlib.suppress(PayloadError):
        frames.decode_messages(payload)


def utf16(text: str) -> bytes:
    return text.encode("utf-16", "surrogatepass")


@pytest.mark.parametrize(
    ("payload", "texts"), [('["a"]', ["quick"]), (r'["\ud800"]', ["\ud800"]), (b'["a","\xe2\x98\x83"]', ["quick"])]
)
def test_quick_parser_is_believed_in_what_it_takes_only(monkeypatch, payload, texts: list[str]) -> None:
    def quick(payload: str | bytes) -> list[str]:
        if "ud800" in str(payload):
            raise ValueError(payload)
        return ["quick"]

    monkeypatch.setattr(frames, "_quick", quick)
    assert frames.decode_messages(payload) == texts


JSON = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | TEXT, st.lists, max_leaves=5)


def read(payload: str | bytes) -> list[str] | str:
    try:
        return frames.decode_websocket(payload)
    except PayloadError as error:
        return str(error)


@given(st.text() | JSON.map(json.dumps) | JSON.map(lambda value: json.dumps(value, ensure_ascii=False)))
def test_parsers_answer_alike(text: str) -> None:
    quick = frames._quick
    first = read(text)
    try:
        frames._quick = None
        assert read(text) == first
    finally:
        frames._quick = quick
