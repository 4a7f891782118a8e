from collections.abc import Callable

import pytest

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


@pytest.mark.parametrize("columns", [80, 140])
def test_profiles_fits_the_terminal_and_names_figures_and_sources(
    quick: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = quick("profiles", "nginx").out
    assert max(len(line) for line in out.splitlines() if "://" not in line) <= min(columns, 100)
    assert "      until: 4096B\n" in out and "      timeout: 60s\n" in out
    sources = out.partition("\nSources:\n")[2].splitlines()
    assert sources[0].startswith("  measured with nginx 1.22.1 on Debian 12: ") and sources[1].startswith("      ")
    assert "  https://nginx.org/en/docs/http/ngx_http_proxy_module.html" in sources


def test_profiles_knows_what_a_mistyped_one_was_meant_to_be(quick: Callable[..., Ended]) -> None:
    ended = quick("profiles", "squit")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "lab: there is no profile called squit\n     Did you mean squid?\n"
