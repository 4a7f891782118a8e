import pytest

from lab.sockjs.callback import CallbackError, check


@pytest.mark.parametrize("name", ["callback", "_jp.abc123", "_jp.ax3y5z1", "a.b", "$", "x"])
def test_check_accepts_what_clients_send(name: str) -> None:
    assert check(name) == name


@pytest.mark.parametrize("name", [None, ""])
def test_check_misses_callback(name: str | None) -> None:
    with pytest.raises(CallbackError, match=r'^"callback" parameter required$'):
        check(name)


@pytest.mark.parametrize(
    "name", ["%20", "*", "abc(", " a", "a b", "a-b", ".a", "a.", "a..b", "1a", "a\n", "é", "alert(1)//", "a" * 129]
)
def test_check_refuses_what_is_no_name(name: str) -> None:
    with pytest.raises(CallbackError, match=r'^invalid "callback" parameter$'):
        check(name)
