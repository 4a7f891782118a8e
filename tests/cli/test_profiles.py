from collections.abc import Callable

from lab.shipped import PROXIES
from tests.cli.kit import Ended


def test_profiles_lists_each_file_with_its_sources(quick: Callable[..., Ended]) -> None:
    ended = quick("profiles")
    assert ended.status == 0 and ended.err == ""
    heads = [line for line in ended.out.splitlines() if line[:1].strip()]
    assert [line.split()[0] for line in heads] == sorted(path.stem for path in (PROXIES / "profiles").glob("*.yaml"))
    assert ended.out.count("://") >= len(heads) / 2


def test_profiles_explains_one(quick: Callable[..., Ended]) -> None:
    ended = quick("profiles", "squid")
    assert ended.status == 0 and ended.err == ""
    assert ended.out.startswith("squid: Squid 5.7")
    assert "connect_policy" in ended.out and "Sources:" in ended.out


def test_profiles_knows_what_a_mistyped_one_was_meant_to_be(quick: Callable[..., Ended]) -> None:
    ended = quick("profiles", "squit")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "lab: there is no profile called squit\n     Did you mean squid?\n"
