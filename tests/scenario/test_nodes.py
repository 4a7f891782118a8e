import pytest

from lab.scenario.nodes import Entry, MappingNode, Node, Scalar, Sequence, all_of, plain, quoted, said


def test_plain_gives_the_values_alone() -> None:
    key = Scalar(0, 1, "a")
    root = MappingNode(0, 9, {"a": Entry(key, Sequence(3, 9, (Scalar(4, 5, 1), Scalar(6, 7, None))))})
    assert plain(root) == {"a": [1, None]}
    assert [type(node).__name__ for node in all_of(root)] == ["MappingNode", "Scalar", "Sequence", "Scalar", "Scalar"]


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (Scalar(0, 0, "x"), '"x"'),
        (Scalar(0, 0, 25), "the number 25"),
        (Scalar(0, 0, 1.5), "the number 1.5"),
        (Scalar(0, 0, True), "true"),
        (Scalar(0, 0, False), "false"),
        (Scalar(0, 0, None), "nothing"),
        (Sequence(0, 0), "an empty list"),
        (Sequence(0, 0, (Scalar(0, 0, 1),)), "a list"),
        (MappingNode(0, 0), "no keys"),
        (MappingNode(0, 0, {"a": Entry(Scalar(0, 0, "a"), Scalar(0, 0, 1))}), "keys and values"),
    ],
)
def test_said_names_what_came(node: Node, words: str) -> None:
    assert said(node) == words


def test_quoted_stays_on_one_line_and_short() -> None:
    assert quoted("a\nb\x1b") == '"a b "'
    assert quoted("x" * 100) == '"' + "x" * 60 + '..."'
