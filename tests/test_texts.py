import pytest

from lab.texts import fnv1a, quoted


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        # The published vectors of 32-bit FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/): one unit per letter.
        ("", "811c9dc5"),
        ("a", "e40c292c"),
        ("foobar", "bf9cf968"),
    ],
)
def test_fnv1a_gives_the_published_values(text: str, digits: str) -> None:
    assert fnv1a(text) == digits


def test_fnv1a_takes_lone_surrogates_and_astral_characters() -> None:
    assert len({fnv1a("\ud800"), fnv1a("\udc00"), fnv1a("😀"), fnv1a("☃")}) == 4


def test_quoted_cuts_a_long_text_and_says_how_long_it_was() -> None:
    assert quoted("hello") == '"hello"'
    assert quoted("x" * 100, 5) == '"xxxxx…" (100 characters)'
