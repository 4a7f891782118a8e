import pytest
from pydantic_core import PydanticCustomError

from lab.scenario.urls import check_braces, check_url


def checked(text: str) -> str:
    schemes = ("http", "https", "about")
    return check_url(text, schemes=schemes, braces=("port",), beginning="origin", expected="a URL")


@pytest.mark.parametrize(
    "text",
    [
        "http://h",
        "HTTPS://h:8081/x?y#z",
        "about:blank",
        "{origin}",
        "{origin}/x",
        "{origin}?a",
        "http://h:{port}/?to={origin}",
    ],
)
def test_url_is_taken(text: str) -> None:
    assert checked(text) == text


@pytest.mark.parametrize(
    ("text", "what", "near"),
    [
        ("", "not a URL:", ""),
        ("x.html", "not a URL:", ""),
        ("/x.html", "not a URL:", "{origin}/x.html"),
        ("//h/x", "not a URL:", ""),
        ("ftp://h/", "not a URL:", ""),
        ("htps://h/", "not a URL:", "https://h/"),
        ("localhost:8080/x", "not a URL:", "http://localhost:8080/x"),
        ("h.test:80", "not a URL:", "http://h.test:80"),
        ("{port}/x", "not a URL:", ""),
        ("http://", "not a URL:", ""),
        ("http://h:x/", "not a URL:", ""),
        ("http://h:0/", "not a URL:", ""),
        ("{origin}x", "not a URL:", ""),
        ("{orign}/x", "unknown word in braces:", ""),
        ("http://h/{x}", "unknown word in braces:", ""),
        ("{}/x", "unknown word in braces:", ""),
    ],
)
def test_what_is_no_url_is_told(text: str, what: str, near: str) -> None:
    with pytest.raises(PydanticCustomError) as raised:
        checked(text)
    context = raised.value.context
    assert context is not None
    assert (context["what"], context["near"]) == (what, near)


def test_unknown_word_in_braces_is_told_with_those_that_there_are() -> None:
    with pytest.raises(PydanticCustomError) as raised:
        check_braces("{http}/{wsss}", ("http", "wss"), at="url")
    assert raised.value.context == {
        "what": "unknown word in braces:",
        "expected": "",
        "options": ["{http}", "{wss}"],
        "word": "{wsss}",
        "near": "",
        "at": "url",
    }
