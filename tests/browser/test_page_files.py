"""The files of the lab's page, before any browser sees them."""

import re
from pathlib import Path

import pytest

from lab.browser import page, personas

CLIENT = b"/* the client */"


@pytest.fixture
def client_path(tmp_path: Path) -> Path:
    (tmp_path / "client.js").write_bytes(CLIENT)
    return tmp_path / "client.js"


async def test_files_put_the_masks_before_the_client(client_path: Path) -> None:
    plain = await page.files(path=client_path)
    masked = await page.files(path=client_path, persona=personas.find("ie8"))
    assert plain["/lab/sockjs.js"][1] == CLIENT
    assert masked["/lab/sockjs.js"][1] == personas.find("ie8").script().encode() + CLIENT
    assert masked["/lab/page.html"] == plain["/lab/page.html"]


async def test_page_sets_its_domain_where_asked_before_all_scripts(client_path: Path) -> None:
    plain = (await page.files(path=client_path))["/lab/page.html"][1].decode()
    html = (await page.files(path=client_path, document_domain=True))["/lab/page.html"][1].decode()
    assert "document.domain" not in plain
    assert html.index("document.domain = document.domain") < html.index("recorder.js") < html.index("sockjs.js")


async def test_write_makes_a_page_that_needs_no_server(client_path: Path, tmp_path: Path) -> None:
    files = await page.files(path=client_path)
    url = page.write(tmp_path / "a folder" / "page", files)
    assert url == (tmp_path / "a folder" / "page" / "page.html").as_uri()
    html = (tmp_path / "a folder" / "page" / "page.html").read_text("utf-8")
    for source in re.findall(r'src="([^"]+)"', html):
        assert (tmp_path / "a folder" / "page" / source).read_bytes() == files[f"/lab/{source}"][1]


def test_recorder_is_one_function() -> None:
    script = page.recorder_script()
    assert script.startswith("(function () {\n")
    assert script.endswith("})();\n")
    assert script.index("function emit") < script.index("function begin") < script.index("window.lab = lab")
