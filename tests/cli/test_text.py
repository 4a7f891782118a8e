import pytest

from lab.commands import _text


@pytest.fixture(autouse=True)
def forty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")


def test_paragraph_is_wrapped_and_what_cannot_be_broken_stands_out() -> None:
    url = "https://example.test/a-path-that-is-far-too-long-for-forty-columns"
    assert _text.wrapped(f"The words\ncome first, then {url} and more words.", first="  ", rest="    ") == (
        f"  The words come first, then\n    {url}\n    and more words."
    )


def test_width_is_that_of_the_terminal_up_to_what_is_read_well(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _text.width() == 40
    monkeypatch.setenv("COLUMNS", "200")
    assert _text.width() == _text.WIDEST
    # A pipe has no width.
    monkeypatch.delenv("COLUMNS")
    assert _text.width() <= _text.WIDEST


@pytest.mark.parametrize("kept", ["  indented\n  code", "- one item of a list\n- another", "1. first\n2. second"])
def test_paragraph_with_a_form_of_its_own_stays_as_it_is(kept: str) -> None:
    assert _text.paragraphs(f"Some\nprose.\n\n{kept}\n\nMore.\n") == ["Some prose.", kept, "More."]


def test_row_is_wrapped_for_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "A text of more than forty columns in all."
    assert _text.row("name  ", text) == f"name  {text}"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert _text.row("name  ", text) == "name  A text of more than forty columns\n      in all."


def test_first_word_is_bold() -> None:
    assert _text.bold("at", "  at: text") == "  \x1b[1mat\x1b[0m: text"
    assert _text.bold("", "text") == "text"
