import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.scenario.nodes import MappingNode, all_of, plain
from lab.scenario.problems import ScenarioErrors
from lab.scenario.yaml_text import DEEPEST, LARGEST_FILE, MOST_VALUES, is_plain_word, read


def values(text: str) -> Any:
    _, root, problems = read(text.encode(), "x.yaml")
    assert problems == []
    return plain(root)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        # what YAML 1.1 takes for something else, and YAML 1.2 for a text
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("12:30:00", "12:30:00"),
        ("2020-01-01", "2020-01-01"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("1.6.1", "1.6.1"),
        ("tRue", "tRue"),
        ("=", "="),
        # the core schema
        ("true", True),
        ("TRUE", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("-5", -5),
        ("+7", 7),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        # quoted words and blocks are texts
        ("'true'", "true"),
        ('"5"', "5"),
        ('"\\u2603"', "☃"),
        ('"\\ud83d\\ude00"', "😀"),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">\n  a\n  b\n", "a b\n"),
    ],
)
def test_scalar_has_the_value_of_the_core_schema(word: str, value: object) -> None:
    found = values(f"key: {word}\n")["key"]
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ("1: a\ntrue: b", {"1": "a", "true": "b"}),
        ("- a\n-\n  - b", ["a", ["b"]]),
        ("a: !!str 5\nb: !!int '7'", {"a": "5", "b": 7}),
        ("\ufefftitle: x", {"title": "x"}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("--- # the only one\na: 1\n...\n", {"a": 1}),
    ],
)
def test_file_is_read(text: str, expected: object) -> None:
    assert values(text) == expected


BOMB = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(9))
DEEP = "a: " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)
ALIASED_DEEP = "".join(f"a{n}: &a{n} {'[' * 30}{f'*a{n - 1}' if n else 'x'}{']' * 30}\n" for n in range(4))


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        (b"", (1, 1), "the file is empty"),
        (b"# only a comment\n", (1, 1), "the file is empty"),
        (b"---\n", (1, 1), "the file is empty"),
        (b"a: 1\n---\nb: 2\n", (2, 1), "a second document"),
        (b"a: \xff", (1, 4), "the file is not UTF-8"),
        ("ü: ä\nb: ü".encode() + b"\xe4", (2, 5), "the file is not UTF-8"),
        (b"\xff\xfea\x00", (1, 1), "the file is not UTF-8"),
        (b"a: \x01", (1, 4), "a character that YAML does not allow"),
        (b"a:\n\tb: 1", (2, 1), "a tab where only blanks can be"),
        (b"a: b: c", (1, 5), "a colon where no key can end"),
        (b"a:\n  - b\n c: 1", (3, 2), "a line that does not fit the lines above"),
        (b"a: [1, 2", (1, 9), "a list in brackets that does not end"),
        (b"a: {b: 1", (1, 9), "a mapping in braces that does not end"),
        (b"a: 'x\nb: y\n", (1, 4), "a text in quotes that does not end"),
        (b"a: 1\nb 2\nc: 3\n", (2, 1), "a key without its colon"),
        (b"a: [,]", (1, 5), "no value where one must be"),
        (b"a: &", (1, 5), "& or * without a name"),
        (b"a: | x", (1, 6), "a text on the line of its | or >"),
        (b'a: "\\q"', (1, 6), "an unknown escape"),
        (b'a: "\\UFFFFFFFF"', (1, 7), "a number out of range"),
        (b"a: @x", (1, 4), "a character that cannot begin a value"),
        (b"a: *x", (1, 4), "an alias without its anchor"),
        (b"a: &x [*x]", (1, 4), "an alias of what it stands in"),
        (b"&x {a: *x}", (1, 1), "an alias of what it stands in"),
        (BOMB.encode(), (1, 5), f"aliases make more than {MOST_VALUES} values"),
        (DEEP.encode(), (1, DEEPEST + 3), "lists and mappings too deep inside each other"),
        (ALIASED_DEEP.encode(), (1, 28), f"more than {DEEPEST} levels deep"),
        (b"#" * (LARGEST_FILE + 1), (1, 1), f"the file has {LARGEST_FILE + 1} bytes"),
    ],
    ids=lambda value: value[:20].decode(errors="replace") if isinstance(value, bytes) else None,
)
def test_reader_refuses_the_file(content: bytes, place: tuple[int, int], what: str) -> None:
    with pytest.raises(ScenarioErrors) as raised:
        read(content, "x.yaml")
    (problem,) = raised.value.problems
    assert ((problem.line, problem.column), problem.what) == (place, what)


@pytest.mark.parametrize(
    ("text", "place", "what", "rest"),
    [
        ('"\\ud800": 1', (1, 1), "half a character (a lone surrogate)", {"": 1}),
        ("a: 1\nb: 2\na: 3", (3, 1), '"a" stands twice', {"a": 1, "b": 2}),
        ("a: 1\n<<: {b: 1}", (2, 1), "a merge key (<<)", {"a": 1}),
        ("[a]: 1", (1, 1), "a list or a mapping as a key", {}),
        ("a: !foo x", (1, 4), "a tag that is not read (!foo)", {"a": "x"}),
        ("a: !!python/object:os.system x", (1, 4), "a tag that is not read (!!python/object:os.system)", {"a": "x"}),
        ("a: !!set {b}", (1, 4), "a tag that is not read (!!set)", {"a": {"b": None}}),
        ("a: !!int x", (1, 4), "not what its tag says (!!int)", {"a": "x"}),
        ("a: .inf", (1, 4), "a number out of range", {"a": ".inf"}),
        ("a: -.INF", (1, 4), "a number out of range", {"a": "-.INF"}),
        ("a: .nan", (1, 4), "a number out of range", {"a": ".nan"}),
        ("a: 1e999", (1, 4), "a number out of range", {"a": "1e999"}),
        (f"a: {'9' * 5000}", (1, 4), "a number out of range", {"a": "9" * 5000}),
        ('a: "\\ud800"', (1, 4), "half a character (a lone surrogate)", {"a": ""}),
    ],
)
def test_reader_tells_the_problem_and_reads_on(
    text: str, place: tuple[int, int], what: str, rest: dict[str, Any]
) -> None:
    _, root, problems = read(text.encode(), "x.yaml")
    assert [((problem.line, problem.column), problem.what) for problem in problems] == [(place, what)]
    assert plain(root) == rest


def test_nodes_know_where_they_stand() -> None:
    source, root, _ = read("# ☃\na:\n  - 'x y'\n  - {b: 25}\n".encode(), "x.yaml")
    texts = [(source.position(node.start), source.text[node.start : node.end]) for node in all_of(root)]
    assert ((2, 1), "a") in texts
    assert ((3, 5), "'x y'") in texts
    assert ((4, 6), "b") in texts
    assert ((4, 9), "25") in texts


@pytest.mark.parametrize(("text", "is_one"), [("http", True), ("1.6.1", True), ("5", False), ("true", False)])
def test_plain_word_is_read_as_itself(text: str, is_one: bool) -> None:
    assert is_plain_word(text) is is_one


WORDS = st.text("abcxyzäß", min_size=1, max_size=9)
TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(-1e15, 1e15) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(WORDS, JSON, min_size=1, max_size=3))
def test_json_is_read_as_what_it_is(value: dict[str, Any]) -> None:
    text = json.dumps(value, indent=1)
    source, root, problems = read(text.encode(), "x.yaml")
    assert problems == []
    assert plain(root) == value
    assert isinstance(root, MappingNode)
    for node in all_of(root):
        line, column = source.position(node.start)
        assert 1 <= column <= len(source.line(line)) + 1


YAML_LIKE = st.text(st.sampled_from(list("ab:- \n\t{}[],&*!|>'\"#%@?~0.<\\\x85\u2028\ufeff☃\x00")), max_size=60)


@settings(deadline=None)
@given(st.binary(max_size=60) | YAML_LIKE.map(lambda text: text.encode()))
def test_reader_raises_nothing_but_scenario_errors(content: bytes) -> None:
    try:
        source, root, problems = read(content, "x.yaml")
    except ScenarioErrors as errors:
        problems = list(errors.problems)
        assert problems
    else:
        assert all(0 <= node.start <= node.end <= len(source.text) for node in all_of(root))
    for problem in problems:
        assert problem.line >= 1
        assert 1 <= problem.column <= len(problem.text) + 1
        assert problem.width >= 1
