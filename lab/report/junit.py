"""junit.xml: the run as CI systems read it: a testsuite per scenario, a testcase per case.

A flaky case passes and carries a ``flakyFailure``, as Maven Surefire writes it; other readers pass over it.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from lab.report import words
from lab.report.compare import Changes
from lab.report.files import replace
from lab.timeline.results import CaseResult, RunResult

NAME = "junit.xml"

# https://www.w3.org/TR/xml/#charsets: what is not named there must not stand in a document, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(run: RunResult, folder: Path, changes: Changes | None = None) -> Path:
    """Write junit.xml into ``folder``."""
    root = document(run)
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return replace(folder / NAME, content + b"\n")


def document(run: RunResult) -> ET.Element:
    """The root element, ``testsuites``. Times are in seconds."""
    root = ET.Element("testsuites", {"name": "sockjs-lab", **_totals(run.cases, run.duration_ms)})
    suites: dict[str, list[CaseResult]] = {}
    for case in run.cases:
        suites.setdefault(case.scenario, []).append(case)
    for scenario, cases in suites.items():
        _add_suite(root, scenario, cases, run.machine.get("host", ""))
    return root


def _add_suite(root: ET.Element, scenario: str, cases: list[CaseResult], host: str) -> None:
    attributes = {"name": _legal(scenario), **_totals(cases, sum(case.duration_ms for case in cases))}
    attributes["timestamp"] = datetime.fromtimestamp(min(case.began_at for case in cases), UTC).strftime(
        "%Y-%m-%dT%H:%M:%S"
    )
    attributes["hostname"] = _legal(host or "localhost")
    suite = ET.SubElement(root, "testsuite", attributes)
    _add_properties(suite, {"title": cases[0].title, "tags": " ".join(cases[0].tags)})
    for case in cases:
        _add_case(suite, case)


def _totals(cases: list[CaseResult], duration_ms: float) -> dict[str, str]:
    outcomes = [case.outcome for case in cases]
    return {
        "tests": str(len(cases)),
        "failures": str(outcomes.count("failed")),
        "errors": str(outcomes.count("error")),
        "skipped": str(outcomes.count("skipped")),
        "time": _seconds(duration_ms),
    }


def _add_case(suite: ET.Element, case: CaseResult) -> None:
    # The path's folders become packages, as readers that group by classname expect; its own dots do not.
    stem = case.scenario.removesuffix(".yaml").removesuffix(".yml").strip("/")
    classname = stem.replace(".", "_").replace("/", ".")
    attributes = {"classname": classname, "name": case.id, "file": case.scenario, "time": _seconds(case.duration_ms)}
    element = ET.SubElement(suite, "testcase", {key: _legal(value) for key, value in attributes.items()})
    _add_properties(
        element,
        {
            "engine": f"{case.engine} {case.engine_version}".strip(),
            "client_version": case.client_version,
            "matrix": words.matrix_words(case.matrix),
            "transport": case.transport or "none",
            "open_ms": "" if case.open_ms is None else f"{case.open_ms:.0f}",
            "tries": str(case.tries),
            "flaky": "true" if case.outcome == "flaky" else "",
        },
    )
    _add_outcome(element, case)
    if said := [line for line in (words.path_taken(case), *words.uncounted(case)) if line]:
        ET.SubElement(element, "system-out").text = _legal("\n".join(said))


def _add_outcome(element: ET.Element, case: CaseResult) -> None:
    match case.outcome:
        case "passed":
            return
        case "skipped":
            ET.SubElement(element, "skipped", {"message": _legal(case.message)})
            return
        case "failed":
            child = ET.SubElement(
                element, "failure", {"message": _legal(_first_trouble(case)), "type": "expectation"}
            )
        case "error":
            child = ET.SubElement(element, "error", {"message": _legal(_first_trouble(case)), "type": "lab"})
        case "flaky":
            child = ET.SubElement(
                element, "flakyFailure", {"message": _legal(_first_trouble(case)), "type": "expectation"}
            )
    child.text = _legal(_account(case))


def _first_trouble(case: CaseResult) -> str:
    return next(iter(words.troubles(case)), "")


def _account(case: CaseResult) -> str:
    """The body of a failure: what did not hold or the message, each cause once, what to do."""
    lines = words.troubles(case)
    for cause in words.causes(case):
        lines += [
            f"{', '.join(cause.about)}: {' '.join(cause.sentences)}",
            *(f"hint: {hint}" for hint in cause.hints),
        ]
    return "\n".join(line for line in [*lines, case.remedy] if line)


def _add_properties(element: ET.Element, values: dict[str, str]) -> None:
    filled = {name: value for name, value in values.items() if value}
    if filled:
        properties = ET.SubElement(element, "properties")
        for name, value in filled.items():
            ET.SubElement(properties, "property", {"name": name, "value": _legal(value)})


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.3f}"


def _legal(text: str) -> str:
    r"""``text`` with what XML forbids written out: ``\x1b``."""
    return _FORBIDDEN.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)
