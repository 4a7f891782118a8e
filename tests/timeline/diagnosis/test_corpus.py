"""Stored cases of the corpus, one for each behaviour, run in a real browser: the diagnosis names hop and cause.

How often it does so on cases that it was not made for is measured, not tested: see docs/explanation/diagnosis.md.
"""

import random

import pytest

from benchmarks.diagnosis.score import score
from benchmarks.diagnosis.stored import read
from lab.events import Event
from lab.timeline.build import timeline_of
from lab.timeline.explanation import explanation_of

CASES = list(read())


def test_corpus_is_not_empty():
    assert len(CASES) >= 40


@pytest.mark.parametrize(("name", "scenario", "events"), CASES, ids=[name for name, _, _ in CASES])
def test_diagnosis_names_hop_and_cause(name, scenario, events):
    found = score(name, scenario, events)
    assert found.said, "a case of which nothing is said shows nothing"
    assert found.right, (found.wrong, found.unsure, found.silent)


@pytest.mark.parametrize(("name", "scenario", "events"), CASES, ids=[name for name, _, _ in CASES])
def test_what_the_page_saw_of_requests_changes_no_mind(name, scenario, events):
    """The rules judge by what hops and the server saw."""
    kinds = {"request", "response", "response.data", "response.end", "ws.close"}
    outside = [event for event in events if event.vantage in ("hop1.client", "server") and event.kind in kinds]
    mirrored = [
        Event(event.t_ms - 1, "browser", event.kind, {"connection": "main", "request": 0, **event.data})
        for event in outside
    ]
    assert mirrored
    assert explanation_of([*events, *mirrored]) == explanation_of(events)


@pytest.mark.parametrize(("name", "scenario", "events"), CASES, ids=[name for name, _, _ in CASES])
def test_timeline_loses_no_request(name, scenario, events):
    timeline = timeline_of(events)
    shown = [r for c in timeline.connections for r in (*c.info, *(r for t in c.tries for r in t.requests))]
    spans = sum(len(r.spans) for r in (*shown, *timeline.other))
    seen = [e for e in events if e.kind == "request" and "/lab/" not in str(e.data.get("url", e.data.get("path")))]
    assert spans >= len(seen) > 0


@pytest.mark.parametrize(("name", "scenario", "events"), CASES, ids=[name for name, _, _ in CASES])
def test_any_part_of_the_events_may_be_missing(name, scenario, events):
    """A case can end anywhere, and a recorder can lose anything: that is no reason to fail."""
    rng = random.Random(name)
    for share in (0.3, 0.9):
        left = [event for event in events if rng.random() < share]
        assert timeline_of(left).end_ms <= events[-1].t_ms
        assert explanation_of(left)
