from mitmproxy.test import tflow

from lab.events import EventLog
from lab.network.recorder import FLOW, Recorder


def recorder(log: EventLog) -> Recorder:
    bind = log.bind
    return Recorder(bind("hop1"), bind("hop1.client"), bind("hop1.server"), ours=lambda host: host == "ours.test")


def test_exchanges_are_numbered() -> None:
    made = recorder(EventLog())
    assert [made.exchange().flow for _ in range(3)] == [1, 2, 3]


def test_what_a_behaviour_did_names_the_flow() -> None:
    log = EventLog()
    flow = tflow.tflow()
    flow.metadata[FLOW] = 7
    made = recorder(log)
    made.did("buffering", flow, "held it", bytes=3)
    made.did("buffering", None, "began")
    assert [event.data for event in log] == [
        {"flow": 7, "behaviour": "buffering", "did": "held it", "bytes": 3},
        {"flow": None, "behaviour": "buffering", "did": "began"},
    ]


def test_tls_failure_is_recorded_on_its_side_for_our_hosts_only() -> None:
    log = EventLog()
    made = recorder(log)
    made.tls_failed("client", "ours.test", "bad certificate")
    made.tls_failed("server", "ours.test", None)
    made.tls_failed("client", "noise.test", "bad certificate")
    made.tls_failed("client", None, None)
    assert [(event.vantage, event.data["text"]) for event in log] == [
        ("hop1.client", "bad certificate"),
        ("hop1.server", ""),
    ]


def test_closed_recorder_records_nothing() -> None:
    log = EventLog()
    made = recorder(log)
    made.failed("before")
    made.close()
    made.failed("after")
    made.tls_failed("client", "ours.test", "after")
    assert [event.data["text"] for event in log] == ["before"]
