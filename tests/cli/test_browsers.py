import json
from collections.abc import Callable

import pytest

from tests.cli.kit import Ended


def test_browsers_tells_what_is_there_and_what_is_missing(
    quick: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The executable of an engine may be named; one that is not there is missing, and nothing is started."""
    for name, path in {"CHROMIUM": "/nonexistent", "FIREFOX": "/bin/true", "WEBKIT": "/bin/true"}.items():
        monkeypatch.setenv(f"SOCKJS_LAB_{name}", path)
    ended = quick("browsers", "--json")
    assert ended.status == 0 and ended.err == ""
    rows = {row["name"]: row for row in json.loads(ended.out)}
    assert list(rows) == ["chromium", "firefox", "webkit"]
    assert rows["chromium"]["origin"] == "missing" and "SOCKJS_LAB_CHROMIUM" in rows["chromium"]["executable"]
    assert rows["firefox"]["executable"] == "/bin/true" and rows["firefox"]["origin"] == "environment"


def test_browsers_prints_one_line_for_each_engine(quick: Callable[..., Ended]) -> None:
    ended = quick("browsers")
    assert [line.split()[0] for line in ended.out.splitlines()] == ["chromium", "firefox", "webkit"]
