import json

import pytest

from lab.events import Event
from lab.timeline.ndjson import events_in


def test_events_in_reads_what_as_json_wrote():
    events = [
        Event(1.5, "browser", "late", {"late_ms": 3}),
        Event(2.0, "hop1.client", "tls.failed", {"text": "\n\u2028"}),
    ]
    lines = [json.dumps(event.as_json(), ensure_ascii=False) for event in events]
    assert events_in(f"{lines[0]}\n\n{lines[1]}\n") == events


@pytest.mark.parametrize(
    "line", ["no json", "[]", "3", "{}", '{"t_ms": 1}', '{"t_ms": "x", "vantage": "a", "kind": "b"}']
)
def test_events_in_names_the_line_that_is_no_event(line):
    with pytest.raises(ValueError, match="line 2 is no event"):
        events_in('{"t_ms": 1, "vantage": "lab", "kind": "lock"}\n' + line)
