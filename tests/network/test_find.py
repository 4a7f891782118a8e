import pytest

from lab.network.find import Find


@pytest.mark.parametrize(
    ("body", "options", "out"),
    [
        (b"xxabcxxabc", {}, b"xx-xx-"),
        (b"xxabcxxabc", {"once": True}, b"xx-xxabc"),
        (b"aababcab", {}, b"aab-ab"),
        (b"ABCabC", {}, b"ABCabC"),
        (b"ABCabC", {"ignore_case": True}, b"--"),
        (b"", {}, b""),
    ],
)
def test_text_is_found_however_the_body_is_cut(body: bytes, options: dict[str, bool], out: bytes) -> None:
    for step in (1, 2, 3, 100):
        find = Find(b"abc", b"-", **options)
        pieces = [piece for at in range(0, len(body), step) for piece in find(body[at : at + step])]
        assert b"".join(pieces + find(b"")) == out
        assert b"" not in pieces
        assert find.found == out.count(b"-")


def test_only_what_may_be_its_beginning_is_held() -> None:
    find = Find(b"abc", b"-")
    assert find(b"xxab") == [b"xx"]
    assert find(b"x") == [b"abx"]
    assert find(b"a") == []
    assert find(b"bc") == [b"-"]
    assert find(b"") == []
