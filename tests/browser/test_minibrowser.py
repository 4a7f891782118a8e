import pytest

from lab.browser.minibrowser import targets_in

# As WebKitGTK 2.50.6 writes it, without the style.
ONE = """<html><body><h1>Inspectable targets</h1><div id='targetlist'><table><tbody><tr><td class="data">
<div class="targetname"></div><div class="targeturl">about:blank</div></td><td class="input"><input type="button"
value="Inspect" onclick="window.open('Main.html?ws=' + window.location.host + '/socket/1/1/WebPage', '_blank',
'location=no,menubar=no,status=no,toolbar=no');"></td></tr></tbody></table></div></body></html>"""


@pytest.mark.parametrize(
    ("html", "paths"),
    [
        (ONE, ["/socket/1/1/WebPage"]),
        (ONE + ONE.replace("/1/1/", "/1/23/"), ["/socket/1/1/WebPage", "/socket/1/23/WebPage"]),
        (ONE.replace("WebPage", "ServiceWorker"), []),
        ("<html><body><p>No targets found</p></body></html>", []),
        ("", []),
    ],
)
def test_targets_in_lists_the_pages(html: str, paths: list[str]) -> None:
    assert targets_in(html) == paths
