import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.errors import UsageError
from lab.scenario.expression import DEEPEST, compile_expression

NAMES = ("upgrade/stripped[chromium,page.scheme=https]", "A proxy drops the Upgrade header", "corporate", "upgrade")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("  ", True),
        ("upgrade", True),
        ("UPGRADE", True),
        ("chrom", True),
        ("webkit", False),
        ("not webkit", True),
        ("not not webkit", False),
        ("upgrade and corporate", True),
        ("upgrade and webkit", False),
        ("webkit or corporate", True),
        ("webkit or firefox", False),
        # not binds closest, then and, then or
        ("upgrade or webkit and firefox", True),
        ("(upgrade or webkit) and firefox", False),
        ("not webkit and corporate", True),
        ("not (webkit or corporate)", False),
        ("not webkit or corporate", True),
        ("((corporate))", True),
        ("(corporate)and(upgrade)", True),
        # signs that stand in ids
        ("page.scheme=https", True),
        ("[chromium,page.scheme=https]", True),
        ("upgrade/stripped", True),
        # quotes hold blanks, parentheses, and words that mean something
        ("'drops the Upgrade'", True),
        ('"drops an upgrade"', False),
        ("'and'", False),
        ("''", True),
        # a word of the expression is one only as a whole
        ("android or notable or orders", False),
        ("AND", False),
    ],
)
def test_expression_holds(text: str, holds: bool) -> None:
    assert compile_expression(text)(NAMES) is holds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a and", '-k, column 6: expected a word, "not" or "(", came the end\n  a and\n       ^'),
        ("and a", '-k, column 1: expected a word, "not" or "(", came "and"\n  and a\n  ^'),
        ("a b", '-k, column 3: expected "and", "or" or the end, came "b"\n  a b\n    ^'),
        ("(a", '-k, column 3: expected ")", came the end\n  (a\n    ^'),
        ("a)", '-k, column 2: expected "and", "or" or the end, came ")"\n  a)\n   ^'),
        ("()", '-k, column 2: expected a word, "not" or "(", came ")"\n  ()\n   ^'),
        ("not", '-k, column 4: expected a word, "not" or "(", came the end\n  not\n     ^'),
        ("a or 'b c", "-k, column 6: a quote that is not closed\n  a or 'b c\n       ^"),
    ],
)
def test_bad_expression_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message) + "$"):
        compile_expression(text)


def test_parentheses_end_somewhere() -> None:
    assert compile_expression("(" * DEEPEST + "corporate" + ")" * DEEPEST)(NAMES)
    with pytest.raises(UsageError, match="more than 50 parentheses"):
        compile_expression("(" * 100_000)


def test_many_nots_are_no_problem() -> None:
    assert compile_expression("not " * 10_000 + "corporate")(NAMES)


TREES = st.recursive(
    st.sampled_from(["upgrade", "webkit"]),
    lambda inner: st.tuples(st.just("not"), inner) | st.tuples(inner, st.sampled_from(["and", "or"]), inner),
    max_leaves=8,
)


def written(tree: object) -> str:
    return tree if isinstance(tree, str) else "(" + " ".join(map(written, tree)) + ")"  # type: ignore[call-overload]  # a tuple


def value(tree: object) -> bool:
    match tree:
        case ("not", inner):
            return not value(inner)
        case (left, "and", right):
            return value(left) and value(right)
        case (left, "or", right):
            return value(left) or value(right)
        case _:
            return tree == "upgrade"


@settings(deadline=None)
@given(TREES)
def test_expression_is_worth_what_python_makes_of_it(tree: object) -> None:
    assert compile_expression(written(tree))(NAMES) is value(tree)


@settings(deadline=None)
@given(st.text("ab()'\" \t\nnotrd", max_size=30))
def test_expression_raises_nothing_but_usage_errors(text: str) -> None:
    try:
        compile_expression(text)(NAMES)
    except UsageError as error:
        assert str(error).startswith("-k, column ")
