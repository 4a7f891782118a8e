from lab.scenario.wrong import KIND, wrong


def test_wrong_says_what_and_what_would_be_right() -> None:
    error = wrong("unknown step", options=["send", "close"], word="sned", at="key")
    assert error.type == KIND
    assert error.message() == "unknown step: expected send, close"
    assert error.context == {
        "what": "unknown step",
        "expected": "",
        "options": ["send", "close"],
        "word": "sned",
        "near": "",
        "at": "key",
    }


def test_wrong_takes_braces_as_they_are() -> None:
    assert wrong("not {this}", "{that}").message() == "not {this}: expected {that}"
