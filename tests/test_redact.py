import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lab.events import Event
from lab.redact import NoRedaction, Redaction


@pytest.fixture
def redaction() -> Redaction:
    return Redaction(key=b"a key")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Cookie", "JSESSIONID=secret-one; theme=dark", "JSESSIONID=(hidden ; theme=(hidden "),
        (
            "Set-Cookie",
            "JSESSIONID=secret-one; Path=/; HttpOnly; SameSite=Lax",
            "=(hidden ; Path=/; HttpOnly; SameSite=Lax",
        ),
        ("set-cookie", "path=secret-one; Path=/", "path=(hidden ; Path=/"),
        ("Authorization", "Basic c2VjcmV0", "Basic (hidden "),
        ("proxy-authorization", "Digest username=secret, response=x", "Digest (hidden "),
        ("Authorization", "secret-token", "(hidden "),
        ("Location", "http://user:pass@host.test/a@b", "http://(hidden @host.test/a@b"),
        ("Referer", "http://host.test/?mail=a@b", "http://host.test/?mail=a@b"),
        ("Content-Type", "text/plain", "text/plain"),
        ("Cookie", "", ""),
    ],
)
def test_header_shows_its_form_and_hides_its_secret(redaction: Redaction, name: str, value: str, shown: str) -> None:
    said = redaction.header(name, value)
    for part in shown.split("(hidden "):
        assert part in said
    assert said.count("(hidden ") == shown.count("(hidden ")
    for secret in ("secret", "dark", "c2Vj", "user", "pass"):
        assert secret not in said


def test_same_value_has_the_same_mark_in_one_run_only(redaction: Redaction) -> None:
    first, same, other = (redaction.header("Cookie", f"a={value}") for value in ("one", "one", "two"))
    assert first == same != other
    assert Redaction().header("Cookie", "a=one") != Redaction().header("Cookie", "a=one")


def test_events_are_cleared_of_a_secret_wherever_it_turns_up(redaction: Redaction) -> None:
    headers = [["Host", "a.test"], ["Cookie", "a=longsecret"]]
    found = redaction.events(
        [
            Event(1, "hop1", "behaviour", {"did": "removed a=longsecret", "names": ["longsecret"], "n": 1}),
            Event(2, "server", "request", {"headers": headers, "path": "/a"}),
            Event(
                3, "browser", "client.new", {"url": "http://me:word@a.test/", "options": {"x": {"y": "longsecret"}}}
            ),
        ]
    )
    assert "longsecret" not in repr(found) and "me:word" not in repr(found)
    mark = found[1].data["headers"][1][1].removeprefix("a=")
    assert found[0].data == {"did": f"removed a={mark}", "names": [mark], "n": 1}
    assert found[1].data["headers"][0] == ["Host", "a.test"]
    assert [event.t_ms for event in found] == [1, 2, 3]


SECRET = "Basic longsecret"
OPEN = "a.test"


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        # Forms in which the secret can be read,
        ([["Authorization", SECRET], ["Host", OPEN]], [["Authorization", "Basic *"], ["Host", OPEN]]),
        ((("Authorization", SECRET), ("Host", OPEN)), [["Authorization", "Basic *"], ["Host", OPEN]]),
        ({"Authorization": SECRET, "Host": OPEN}, {"Authorization": "Basic *", "Host": OPEN}),
        ({"Authorization": [SECRET, SECRET]}, {"Authorization": ["Basic *", "Basic *"]}),
        (
            [{"name": "Authorization", "value": SECRET}, {"name": "Host", "value": OPEN}],
            [{"name": "Authorization", "value": "Basic *"}, {"name": "Host", "value": OPEN}],
        ),
        ([f"Authorization: {SECRET}", f"Host: {OPEN}"], ["Authorization: Basic *", f"Host: {OPEN}"]),
        (
            f"GET / HTTP/1.1\r\nAuthorization: {SECRET}\r\nHost: {OPEN}\r\n",
            f"GET / HTTP/1.1\r\nAuthorization: Basic *\r\nHost: {OPEN}\r\n",
        ),
        # the same among what cannot be read,
        ([["Authorization", SECRET], None, ["Host"]], [["Authorization", "Basic *"], None, ["Host"]]),
        # and what holds none.
        (["Authorization", "Host"], ["Authorization", "Host"]),
        ([["Authorization", None], ["Content-Length", 5]], [["Authorization", None], ["Content-Length", "5"]]),
        ({"Authorization": None}, {"Authorization": None}),
        ([["a", "b", "c"], {"name": "x"}, 3], [["a", "b", "c"], {"name": "x"}, 3]),
        ("Authorization", "Authorization"),
        ("", ""),
        ([], []),
        (None, None),
        (7, 7),
    ],
    ids=repr,
)
def test_headers_of_any_form_are_read_where_they_can_be(redaction: Redaction, headers: Any, shown: Any) -> None:
    event = Event(1, "hop1", "behaviour", {"headers": headers, "did": "saw longsecret"})
    (found,) = redaction.events([event])
    assert json.loads(re.sub(r"\(hidden [0-9a-f]{6}\)", "*", json.dumps(found.data["headers"]))) == shown
    readable = "longsecret" in repr(headers)
    assert ("longsecret" in found.data["did"]) is not readable


def test_short_value_is_hidden_in_its_header_only(redaction: Redaction) -> None:
    found = redaction.events(
        [Event(1, "server", "request", {"headers": [["Cookie", "a=dummy"]], "path": "/dummy/text"})]
    )
    assert found[0].data["path"] == "/dummy/text"
    assert "dummy" not in str(found[0].data["headers"])


def test_har_is_cleared_of_headers_and_cookies(redaction: Redaction) -> None:
    entry = {
        "request": {
            "url": "http://me:word@a.test/",
            "headers": [{"name": "Authorization", "value": "Bearer abcdef"}, {"name": "Host", "value": "a.test"}],
            "cookies": [{"name": "sid", "value": "abc"}],
        }
    }
    said = json.dumps(redaction.har({"log": {"entries": [entry]}}))
    assert "abcdef" not in said and '"abc"' not in said and "me:word" not in said
    assert "a.test" in said and "Bearer (hidden " in said


def test_trace_is_rewritten_in_place(redaction: Redaction, tmp_path: Path) -> None:
    path = tmp_path / "trace.zip"
    line = {"snapshot": {"request": {"headers": [{"name": "Cookie", "value": "sid=abcdef"}]}}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("trace.network", json.dumps(line) + "\n")
        archive.writestr("resources/page.png", b"\x89PNG sid=abcdef")
    redaction.trace(path)
    with zipfile.ZipFile(path) as archive:
        assert "abcdef" not in archive.read("trace.network").decode()
        assert archive.read("resources/page.png") == b"\x89PNG sid=abcdef"
    assert [each.name for each in tmp_path.iterdir()] == ["trace.zip"]


def test_trace_that_is_none_is_left_as_it_was(redaction: Redaction, tmp_path: Path) -> None:
    path = tmp_path / "trace.zip"
    path.write_bytes(b"no zip")
    with pytest.raises(zipfile.BadZipFile):
        redaction.trace(path)
    assert [each.name for each in tmp_path.iterdir()] == ["trace.zip"]


def test_no_redaction_changes_nothing(tmp_path: Path) -> None:
    plain = NoRedaction()
    event = Event(1, "server", "request", {"headers": [["Cookie", "a=longsecret"]]})
    assert plain.events([event]) == [event]
    assert plain.header("Cookie", "a=longsecret") == "a=longsecret"
    assert plain.url("http://a:b@c.test/") == "http://a:b@c.test/"
    assert plain.har({"name": "Cookie", "value": "a=b"}) == {"name": "Cookie", "value": "a=b"}
    plain.trace(tmp_path / "absent")
