import json
from pathlib import Path

import pytest
from markupsafe import Markup

from lab.report import library, pages
from tests.report.hostile import HOSTILE


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("cases/chromium/events.ndjson", "cases/chromium/events.ndjson"),
        ("cases/a b#1?.png", "cases/a%20b%231%3F.png"),
        ("JavaScript:alert(1)", "JavaScript%3Aalert%281%29"),
        ("data:text/html,x/y", "data%3Atext/html%2Cx/y"),
        ("\\\\host\\share", "%5C%5Chost%5Cshare"),
        ("☃", "%E2%98%83"),
        ("", None),
        ("/etc/passwd", None),
        ("//elsewhere.test/", None),
        ("cases/../../x", None),
    ],
)
def test_link_stays_below_the_folder(path: str, target: str | None) -> None:
    assert pages.link(path) == target
    assert pages.link(path, "../") == (None if target is None else f"../{target}")


def test_data_cannot_end_its_element_and_comes_back_as_it_was() -> None:
    text = pages.as_data({"a": ["</script><!--", "&amp;", 1, None], HOSTILE: HOSTILE})
    assert isinstance(text, Markup)
    assert not set(text) & set("<>&\x00\x1b\u202e\ud800")
    assert json.loads(text)["a"] == ["</script><!--", "&amp;", 1, None]
    assert "\\x1b[2J" in json.loads(text)[next(key for key in json.loads(text) if key != "a")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no code", "no code"),
        ("leave them out of `transports`, `a<b`.", "leave them out of <code>transports</code>, <code>a&lt;b</code>."),
        ("one ` alone, <b>", "one ` alone, &lt;b&gt;"),
        ("\x1b[2J `\u202e`", "\\x1b[2J <code>\\u202e</code>"),
    ],
)
def test_prose_shows_code_as_code_and_nothing_else_as_markup(text: str, shown: str) -> None:
    assert str(pages.prose(text)) == shown


def test_policy_lets_nothing_in_but_files_beside_the_page() -> None:
    parts = dict(part.strip().split(" ", 1) for part in pages.POLICY.split(";"))
    assert parts.pop("default-src") == "'none'"
    assert parts.pop("base-uri") == parts.pop("form-action") == "'none'"
    assert parts == dict.fromkeys(("script-src", "style-src", "img-src"), "'self'")


def test_assets_bring_the_license_of_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "files", lambda: {"d3.min.js": b"d3", "d3.LICENSE": b"ISC"})
    assert pages.write_assets(tmp_path)
    names = {path.name for path in (tmp_path / "assets").iterdir()}
    assert names == {"report.css", "report.js", "case.js", "d3.min.js", "d3.LICENSE"}


def test_assets_are_written_without_the_library_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "files", dict)
    assert not pages.write_assets(tmp_path)
    assert {path.name for path in (tmp_path / "assets").iterdir()} == {"report.css", "report.js", "case.js"}


def test_assets_ask_for_nothing_from_elsewhere() -> None:
    folder = Path(pages.__file__).parent / "assets"
    for path in folder.iterdir():
        text = path.read_text("utf-8")
        assert "://" not in text.replace("http://www.w3.org/", ""), path.name
        assert "innerHTML" not in text and ".html(" not in text, "markup is never made of texts"
