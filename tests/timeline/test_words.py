import pytest

from lab.timeline.words import listed, ms, number, plural


def test_ms_writes_whole_milliseconds_with_thousands():
    assert [ms(0.4), ms(621.6), ms(1263)] == ["0 ms", "622 ms", "1,263 ms"]


def test_number_and_plural_agree():
    assert [number(2051), plural(1, "byte"), plural(2051, "byte"), plural(2, "retry", "retries")] == [
        "2,051",
        "1 byte",
        "2,051 bytes",
        "2 retries",
    ]


@pytest.mark.parametrize(("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ("abc", "a, b and c")])
def test_listed_joins(items, text):
    assert listed(items) == text
