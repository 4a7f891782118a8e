from pathlib import Path
from xml.etree import ElementTree as ET

from lab.report import junit, words
from lab.timeline.results import CaseResult
from tests.report.sample import again, broken, case, direct, dozen, failed, run_of


def written(folder: Path, *cases: CaseResult) -> ET.Element:
    return ET.parse(junit.write(run_of(*cases), folder)).getroot()


def find(parent: ET.Element, path: str) -> ET.Element:
    found = parent.find(path)
    assert found is not None, path
    return found


def properties(element: ET.Element) -> dict[str, str]:
    return {entry.attrib["name"]: entry.attrib["value"] for entry in element.findall("properties/property")}


def test_junit_has_a_suite_per_scenario_and_a_case_per_case(tmp_path: Path) -> None:
    root = written(tmp_path, *dozen())
    assert root.tag == "testsuites"
    assert root.attrib == {
        "name": "sockjs-lab",
        "tests": "12",
        "failures": "1",
        "errors": "1",
        "skipped": "2",
        "time": "48.200",
    }
    assert [(suite.attrib["name"], len(suite.findall("testcase"))) for suite in root] == [
        ("scenarios/direct/plain.yaml", 3),
        ("scenarios/corporate/strip-and-buffer.yaml", 3),
        ("scenarios/direct/info-down.yaml", 3),
        ("scenarios/chains/three-hops.yaml", 3),
    ]
    first = root[0]
    assert {key: first.attrib[key] for key in ("tests", "failures", "errors", "skipped", "time", "timestamp")} == {
        "tests": "3",
        "failures": "0",
        "errors": "0",
        "skipped": "0",
        "time": "2.736",
        "timestamp": "2026-11-22T14:03:09",
    }


def test_junit_passes_a_case_with_its_figures(tmp_path: Path) -> None:
    element = find(written(tmp_path, direct("chromium", scenario="scenarios/v1.6/plain.yaml")), "testsuite/testcase")
    assert element.attrib == {
        "classname": "scenarios.v1_6.plain",
        "name": "v1.6/plain[chromium]",
        "file": "scenarios/v1.6/plain.yaml",
        "time": "0.912",
    }
    assert properties(element) == {
        "engine": "chromium 156.0.7204.0",
        "client_version": "1.6.1",
        "transport": "websocket",
        "open_ms": "31",
        "tries": "1",
    }
    assert [child.tag for child in element] == ["properties", "system-out"]
    assert find(element, "system-out").text == "websocket"


def test_junit_fails_a_case_with_the_first_expectation_that_did_not_hold(tmp_path: Path) -> None:
    failure = find(written(tmp_path, failed()), "testsuite/testcase/failure")
    assert failure.attrib == {
        "message": "transport: expected xhr-polling, was jsonp-polling",
        "type": "expectation",
    }
    assert (failure.text or "").splitlines() == [
        "transport: expected xhr-polling, was jsonp-polling",
        "attempts: expected websocket: failed, xhr-streaming: timed out, xhr-polling: opened, was websocket: failed, "
        "xhr-streaming: timed out, eventsource: timed out, iframe-eventsource: timed out, xhr-polling: failed, "
        "jsonp-polling: opened",
        "websocket: hop1 (no_upgrade) removed the Upgrade header, so the server answered 400 to a plain GET.",
        "hint: serve the page over https: most proxies pass an encrypted websocket on unread",
        "xhr-streaming, eventsource, iframe-eventsource: hop1 (buffering) held back all 2,054 bytes of the response; "
        "the open frame never reached the browser.",
        "xhr-polling: The request was answered with 403.",
        "If the new path is right, write it into the scenario under expect.webkit.",
    ]


def test_junit_fails_a_case_with_its_message_where_every_expectation_held(tmp_path: Path) -> None:
    failure = find(
        written(tmp_path, case(outcome="failed", message="Step 3 (receive) got nothing.")),
        "testsuite/testcase/failure",
    )
    assert failure.attrib["message"] == "Step 3 (receive) got nothing."


def test_junit_keeps_an_error_apart_from_a_failure(tmp_path: Path) -> None:
    element = find(written(tmp_path, broken()), "testsuite/testcase")
    assert element.find("failure") is None
    error = find(element, "error")
    assert error.attrib["message"].startswith("Firefox could not be started")
    assert "Run `lab install firefox`" in (error.text or "")


def test_junit_passes_a_flaky_case_and_says_so(tmp_path: Path) -> None:
    root = written(tmp_path, case(outcome="flaky", tries=2, message="The first try ended on websocket."))
    element = find(root, "testsuite/testcase")
    assert root.attrib["failures"] == "0"
    assert element.find("failure") is None
    assert find(element, "flakyFailure").attrib["message"] == "The first try ended on websocket."
    assert properties(element)["flaky"] == "true"
    assert properties(element)["tries"] == "2"


def test_junit_tells_the_tries_that_did_not_count(tmp_path: Path) -> None:
    element = find(written(tmp_path, again()), "testsuite/testcase")
    assert (find(element, "system-out").text or "").split("\n") == ["websocket", *words.uncounted(again())]


def test_junit_skips_a_case_with_its_reason(tmp_path: Path) -> None:
    element = find(
        written(tmp_path, case(outcome="skipped", message="The engine was left out.")), "testsuite/testcase"
    )
    assert find(element, "skipped").attrib == {"message": "The engine was left out."}


def test_junit_writes_out_what_xml_forbids(tmp_path: Path) -> None:
    hostile = '\x00\x1b[2J \ud800 \ufffe ]]> <script> & "quoted" ☃'
    values = {"id": hostile, "scenario": hostile, "title": hostile, "message": hostile, "remedy": hostile}
    root = written(tmp_path, case(outcome="failed", tags=[hostile], matrix={hostile: hostile}, **values))
    shown = '\\x00\\x1b[2J \\ud800 \\ufffe ]]> <script> & "quoted" ☃'
    assert find(root, "testsuite/testcase").attrib["name"] == shown
    assert (find(root, "testsuite/testcase/failure").text or "").startswith(shown)


def test_junit_of_no_cases_is_an_empty_document(tmp_path: Path) -> None:
    root = written(tmp_path)
    assert (root.attrib["tests"], len(root)) == ("0", 0)
