from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from lab.scenario.base import Reading, validate_plain
from lab.scenario.page import Page

MASKS = Reading(personas=["ie8", "ie9", "opera10.70"])


@pytest.mark.parametrize(
    "written",
    [
        {"persona": "ie8"},
        {"persona": None},
        *(
            {"url": url}
            for url in (
                "{origin}",
                "{origin}/app.html?x#y",
                "http://127.0.0.1:8080/",
                "https://h/?to={origin}",
                "file:///srv/app.html",
                "about:blank",
                "data:text/html,x",
            )
        ),
    ],
)
def test_page_is_taken(written: dict[str, Any]) -> None:
    assert validate_plain(Page, written, MASKS).model_fields_set == written.keys()


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ({"persona": "ie88"}, "unknown persona: expected ie8, ie9, opera10.70"),
        ({"persona": "opera10.7"}, "unknown persona: expected ie8, ie9, opera10.70"),
        ({"url": "/app.html"}, "not a URL:"),
        ({"url": "app.html"}, "not a URL:"),
        ({"url": "ftp://x/"}, "not a URL:"),
        ({"url": "http://"}, "not a URL:"),
        ({"url": "{orign}/x"}, "unknown word in braces:"),
        ({"url": "{origin}x"}, "not a URL:"),
        ({"url": "{origin}/", "origin": "file"}, '"url" beside "origin: file"'),
    ],
)
def test_page_that_no_browser_could_show_is_refused(written: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError) as raised:
        validate_plain(Page, written, MASKS)
    assert raised.value.errors()[0]["msg"].startswith(what)


def test_page_from_disk_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "app 1.html").touch()
    reading = Reading(beside=tmp_path)
    url = f"file://{tmp_path}/app%201.html?x#y"
    assert validate_plain(Page, {"url": url}, reading).url == url
    with pytest.raises(ValidationError, match="no such file"):
        validate_plain(Page, {"url": url.replace("1.html", "2.html")}, reading)


def test_any_persona_will_do_where_none_is_known() -> None:
    assert validate_plain(Page, {"persona": "ie88"}, Reading()).persona == "ie88"
