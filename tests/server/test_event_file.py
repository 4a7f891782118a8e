"""The file that takes events."""

import json

import pytest

from lab.errors import UsageError
from lab.server.event_file import EventFile


def test_events_are_lines_that_can_be_read_at_once(tmp_path) -> None:
    path = tmp_path / "events.ndjson"
    file = EventFile(path)
    file.emit("message.in", session="s", text="a\n\ud800\u2028", bytes=5)
    (line,) = path.read_text().splitlines()
    event = json.loads(line)
    assert (event["vantage"], event["kind"], event["text"]) == ("server", "message.in", "a\n\ud800\u2028")
    assert event["t_ms"] >= 0
    file.close()
    again = EventFile(path)
    again.emit("request", request=1)
    again.close()
    assert len(path.read_text().splitlines()) == 2


def test_file_that_cannot_be_written_is_refused(tmp_path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        EventFile(tmp_path / "no" / "events")
