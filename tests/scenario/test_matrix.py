from pathlib import Path
from textwrap import dedent

import pytest
from pydantic import BaseModel, ConfigDict

from lab.scenario.loader import load_bytes
from lab.scenario.matrix import Case, cases
from lab.scenario.problems import ScenarioErrors


class NoUpgrade(BaseModel):
    model_config = ConfigDict(extra="forbid")
    answer: str | int = "strip"


def cases_of(matrix: str, rest: str = "browsers: [chromium]\n") -> list[Case]:
    indented = "".join(f"  {line}\n" for line in dedent(matrix).strip().splitlines())
    text = f"title: x\n{rest}matrix:\n{indented}"
    return cases(load_bytes(text.encode(), Path("some/x.yaml"), {"no_upgrade": NoUpgrade}, name="some/x"))


def problems_of(matrix: str, rest: str = "browsers: [chromium]\n") -> str:
    with pytest.raises(ScenarioErrors) as raised:
        cases_of(matrix, rest)
    return str(raised.value)


def test_scenario_without_a_matrix_is_a_case_per_engine() -> None:
    document = load_bytes(b"title: x\nbrowsers: [webkit, chromium]\n", Path("a/x.yaml"), name="a/x")
    assert [(case.id, case.engine, case.values) for case in cases(document)] == [
        ("a/x[webkit]", "webkit", {}),
        ("a/x[chromium]", "chromium", {}),
    ]
    assert {case.path for case in cases(document)} == {Path("a/x.yaml")}


def test_cases_come_by_combination_then_by_engine() -> None:
    found = cases_of("page.scheme: [http, https]\npage.origin: [same, cross]", "browsers: [webkit, chromium]\n")
    assert [case.id for case in found] == [
        "some/x[webkit,page.scheme=http,page.origin=same]",
        "some/x[chromium,page.scheme=http,page.origin=same]",
        "some/x[webkit,page.scheme=http,page.origin=cross]",
        "some/x[chromium,page.scheme=http,page.origin=cross]",
        "some/x[webkit,page.scheme=https,page.origin=same]",
        "some/x[chromium,page.scheme=https,page.origin=same]",
        "some/x[webkit,page.scheme=https,page.origin=cross]",
        "some/x[chromium,page.scheme=https,page.origin=cross]",
    ]


def test_values_are_in_the_scenario_of_the_case() -> None:
    found = cases_of("page.scheme: [https]\nserver.heartbeat: [1s]", "page: {origin: cross}\nbrowsers: [webkit]\n")
    (case,) = found
    assert (case.scenario.page.scheme, case.scenario.page.origin) == ("https", "cross")
    assert case.scenario.server.heartbeat == 1000.0
    assert case.values == {"page.scheme": "https", "server.heartbeat": "1s"}
    assert case.scenario.matrix == {}


def test_engines_may_come_from_the_matrix() -> None:
    found = cases_of("browsers: [[webkit], [chromium, firefox]]")
    assert [case.engine for case in found] == ["webkit", "chromium", "firefox"]


@pytest.mark.parametrize(
    ("matrix", "ids"),
    [
        ("client.version: ['1.6.1']", ["client.version=1.6.1"]),
        ("client.timeout: [null, 5s]", ["client.timeout=null", "client.timeout=5s"]),
        ("steps.1.send: [a b, 'a,b', '5', '', 'a\"']", [
            "steps.1.send=a b", 'steps.1.send="a,b"', 'steps.1.send="5"', 'steps.1.send=""', r'steps.1.send="a\""',
        ]),
        ("network.0.no_upgrade.answer: [400, '400']", [
            "network.0.no_upgrade.answer=400", 'network.0.no_upgrade.answer="400"',
        ]),
        ("client.transports: [[], [websocket]]", ["client.transports=[]", 'client.transports=["websocket"]']),
        ("server.cookie: [true]", ["server.cookie=true"]),
    ],
)  # fmt: skip
def test_id_shows_different_values_differently(matrix: str, ids: list[str]) -> None:
    rest = "browsers: [chromium]\nnetwork: [no_upgrade]\nsteps: [connect, send: x]\n"
    assert [case.id for case in cases_of(matrix, rest)] == [f"some/x[chromium,{end}]" for end in ids]


@pytest.mark.parametrize(
    "included",
    [
        "expect.transport: websocket",
        "expect: {transport: websocket}",
        "expect.transport: websocket, steps.1.expect.state: closed",
    ],
)
def test_what_a_cell_expects_and_why_does_not_name_it(included: str) -> None:
    matrix = f"page.scheme: [http, https]\ninclude: [{{page.scheme: https, {included}, why: so}}]"
    found = cases_of(matrix, "browsers: [chromium]\nsteps: [connect, expect: {state: open}]\n")
    assert [case.id for case in found] == ["some/x[chromium,page.scheme=http]", "some/x[chromium,page.scheme=https]"]
    assert [dict(case.values) for case in found] == [{"page.scheme": "http"}, {"page.scheme": "https"}]
    assert [case.scenario.expect.transport for case in found] == [None, "websocket"]


def test_why_of_a_cell_stands_beside_that_of_the_file() -> None:
    rest = "why: of all\nbrowsers: [chromium]\n"
    found = cases_of("page.scheme: [http, https]\ninclude: [{page.scheme: https, why: of one}]", rest)
    assert [(case.scenario.why, case.reason) for case in found] == [("of all", ""), ("of all", "of one")]
    assert "wrong value for" in problems_of("page.scheme: [http]\ninclude: [{page.scheme: http, why: [5]}]", rest)


def test_expectations_alone_tell_two_cases_apart() -> None:
    assert [case.id for case in cases_of("expect.transport: [websocket, none]")] == [
        "some/x[chromium,expect.transport=websocket]",
        "some/x[chromium,expect.transport=none]",
    ]


def test_include_and_exclude_work_as_in_github_actions() -> None:
    # The example of GitHub's documentation, in the lab's words.
    found = cases_of(
        """
        page.scheme: [http, https]
        page.origin: [same, cross]
        include:
          - server.cookie: true
          - page.origin: cross
            server.cookie: false
          - page.scheme: http
            client.version: 1.1.5
          - page.scheme: https
            page.origin: same
            server.websocket: false
          - client.version: 1.0.0
            title: y
        exclude:
          - {page.scheme: https, page.origin: cross}
        """
    )
    assert [case.id.removeprefix("some/x[chromium,") for case in found] == [
        "page.scheme=http,page.origin=same,server.cookie=true,client.version=1.0.0,title=y]",
        "page.scheme=http,page.origin=cross,server.cookie=false,client.version=1.0.0,title=y]",
        "page.scheme=https,page.origin=same,server.cookie=true,server.websocket=false,client.version=1.0.0,title=y]",
    ]


@pytest.mark.parametrize(
    ("key", "network"),
    [
        ("network.0.no_upgrade.answer", "[no_upgrade]"),
        ("network.0.no_upgrade.answer", "[no_upgrade: ]"),
        ("network.0.no_upgrade.answer", "[no_upgrade: {}]"),
        ("network.0.no_upgrade.answer", "[no_upgrade: {answer: reset}]"),
        ("network.0.behaviours.0.no_upgrade.answer", "[no_upgrade]"),
        ("network.0.behaviours.0.no_upgrade.answer", "[{behaviours: [no_upgrade]}]"),
        ("network.0.behaviours.0.no_upgrade.answer", "[{behaviours: [no_upgrade: {answer: reset}]}]"),
        ("network.0.behaviours.0.parameters.answer", "[{behaviours: [{name: no_upgrade}]}]"),
    ],
)
def test_key_reaches_into_every_form_of_a_hop(key: str, network: str) -> None:
    (case,) = cases_of(f"{key}: [hang]", f"browsers: [webkit]\nnetwork: {network}\n")
    ((use,),) = [hop.behaviours for hop in case.scenario.network]
    assert (use.name, use.parameters) == ("no_upgrade", {"answer": "hang"})


TABLE = [
    (
        "page.scheme: [http, htps]",
        """
        x:4:23: wrong value for "page.scheme"
          4 |   page.scheme: [http, htps]
            |                       ^^^^
          expected one of http, https
          came "htps"
          did you mean "https"?
        """,
    ),
    (
        "client.verison: [1.6.1]\nclent.version: [1.6.1]\nzzz: [1]",
        """
        x:4:3: unknown key "verison" in "client.verison"
          4 |   client.verison: [1.6.1]
            |   ^^^^^^^^^^^^^^
          expected one of version, path, url, transports, server, session_id, timeout, transport_options
          did you mean "client.version"?

        x:5:3: unknown key "clent" in "clent.version"
          5 |   clent.version: [1.6.1]
            |   ^^^^^^^^^^^^^
          expected one of title, why, tags, server, page, client, network, browsers, matrix, steps, expect
          did you mean "client.version"?

        x:6:3: unknown key "zzz"
          6 |   zzz: [1]
            |   ^^^
          expected one of title, why, tags, server, page, client, network, browsers, matrix, steps, expect
        """,
    ),
    # a value that is wrong in one place only because of another is told with the values
    (
        "network: [[proxy: reverse]]\nnetwork.1.proxy: [forward]\ntitle.x: [1]",
        """
        x:5:3: there is no "network.1"
          5 |   network.1.proxy: [forward]
            |   ^^^^^^^^^^^^^^^
          expected the index 0

        x:6:3: "title" has no keys below it
          6 |   title.x: [1]
            |   ^^^^^^^
          expected the key of a mapping, or the index of an item
        """,
    ),
    (
        "page.scheme: http",
        """
        x:4:16: wrong value for "page.scheme"
          4 |   page.scheme: http
            |                ^^^^
          expected a list: [http]
          came "http"
        """,
    ),
    (
        "page.scheme: []",
        """
        x:4:16: wrong value for "page.scheme"
          4 |   page.scheme: []
            |                ^^
          expected at least 1 item
          came an empty list
        """,
    ),
    (
        "page..scheme: [http]\nmatrix.x: [1]",
        """
        x:4:3: "page..scheme" is not a key
          4 |   page..scheme: [http]
            |   ^^^^^^^^^^^^
          expected words with single dots between them, as in client.version

        x:5:3: a matrix of the matrix
          5 |   matrix.x: [1]
            |   ^^^^^^^^
          expected a key of the rest of the file
        """,
    ),
]


@pytest.mark.parametrize(("matrix", "expected"), TABLE, ids=[matrix.splitlines()[0] for matrix, _ in TABLE])
def test_problem_points_into_the_matrix(matrix: str, expected: str) -> None:
    told = problems_of(matrix).replace("some/x.yaml:", "x:")
    assert told == dedent(expected).strip()


def test_problem_elsewhere_is_told_once_with_the_first_values() -> None:
    rest = "browsers: [chromium]\nnetwork: [{proxy: reverse}, {proxy: reverse}]\n"
    told = problems_of("page.scheme: [http, https]\nnetwork.0.tls: [tunnel]\nnetwork.1: [{proxy: forward}]", rest)
    assert told.count("a forward proxy behind") == 1
    rest = "browsers: [chromium]\nnetwork: [{proxy: forward}, {proxy: forward}]\n"
    told = problems_of("page.scheme: [http, https]\nnetwork.0.proxy: [reverse]", rest)
    what = "a forward proxy behind a reverse proxy (where page.scheme=http, network.0.proxy=reverse)"
    assert told.startswith(f"some/x.yaml:3:37: {what}\n")
    assert told.count("a forward proxy behind") == 1
