"""Draft 76: its keys and frames. Vectors are those of the draft (sections 1.2, 1.3) and of sockjs-protocol."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.sockjs.hixie76 import CLOSING, Closing, FrameError, Frames, HandshakeError, encode, number, proof


@pytest.mark.parametrize(
    ("key1", "key2", "nonce", "answer"),
    [
        ("4 @1  46546xW%0l 1 5", "12998 5 Y3 1  .P00", b"^n:ds[4U", b"8jKS'y:G*Co,Wxa-"),
        (
            "18x 6]8vM;54 *(5:  {   U1]8  z [  8",
            "1_ tx7X d  <  nw  334J702) 7]o}` 0",
            b"Tm[K T2u",
            b"fQJ,fN/4F4!~K~MH",
        ),
        (
            "4 @1  46546xW%0l 1 5",
            "12998 5 Y3 1  .P00",
            b"aaaaaaaa",
            b"\xca4\x00\xd8\xa5\x08G\x97,\xd5qZ\xba\xbfC{",
        ),
    ],
)
def test_proof_is_that_of_the_documents(key1: str, key2: str, nonce: bytes, answer: bytes) -> None:
    assert proof(key1, key2, nonce) == answer


@pytest.mark.parametrize("key", ["", "12345", "   ", "1 2 4 ", "9" * 11 + " ", "\u0661 ", "9" * 9999 + " "])
def test_broken_key_is_refused(key: str) -> None:
    with pytest.raises(HandshakeError):
        number(key)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))), st.integers(1, 9))
def test_frames_survive_any_cut(texts: list[str], size: int) -> None:
    wire = b"".join(encode(text.encode()) for text in texts) + CLOSING + b"\x00junk\xff"
    frames = Frames(10_000)
    got: list[str | Closing] = []
    for start in range(0, len(wire), size):
        got.extend(frames.feed(wire[start : start + size]))
        if got and got[-1] is Closing.CLOSING:
            break
    assert got == [*texts, Closing.CLOSING]


@pytest.mark.parametrize("size", [1, 100])
def test_frames_of_other_types_are_skipped(size: int) -> None:
    wire = b"\x01no\xff" + b"\x80\x03abc" + b"\x81\x00" + b"\x00yes\xff" + b"\xff\x01x" + b"\x00\xf0\x28\xff"
    frames = Frames(100)
    assert [text for at in range(0, len(wire), size) for text in frames.feed(wire[at : at + size])] == [
        "yes",
        "\ufffd(",
    ]


@pytest.mark.parametrize("wire", [b"\x00" + b"x" * 101, b"\x80\xff\xff\xff\x7f", b"\x00" + b"x" * 101 + b"\xff"])
def test_long_frame_is_refused(wire: bytes) -> None:
    with pytest.raises(FrameError):
        list(Frames(100).feed(wire))
