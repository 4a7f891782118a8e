from collections.abc import Callable

from lab.shipped import PROXIES
from tests.cli.kit import Ended


def test_profiles_lists_each_file_with_its_title(quick: Callable[..., Ended]) -> None:
    ended = quick("profiles")
    assert ended.status == 0 and ended.err == ""
    lines = [line.split(maxsplit=1) for line in ended.out.splitlines()]
    assert [name for name, _ in lines] == sorted(path.stem for path in (PROXIES / "profiles").glob("*.yaml"))
    assert dict(lines)["squid"].startswith("Squid 5.7")


def test_profiles_explains_one(quick: Callable[..., Ended]) -> None:
    ended = quick("profiles", "squid")
    assert ended.status == 0 and ended.err == ""
    assert ended.out.startswith("squid: Squid 5.7")
    assert "connect_policy" in ended.out and "://" in ended.out.partition("Sources:")[2]


def test_profiles_knows_what_a_mistyped_one_was_meant_to_be(quick: Callable[..., Ended]) -> None:
    ended = quick("profiles", "squit")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "lab: there is no profile called squit\n     Did you mean squid?\n"
