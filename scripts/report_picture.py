"""Makes docs/images/report.png and report-dark.png: the first case of a run's report, opened.

``python scripts/report_picture.py reports/latest/report.html``, after ``lab run`` of the scenario to be shown.
"""

import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from lab.browser import find

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
WIDTH = 1200
MARGIN = 20

_OPEN_FIRST = "document.querySelector('details').open = true"
# From the scenario's title to what follows the attempts of its first case.
_PLACE = """() => {
    const top = element => element.getBoundingClientRect().top + scrollY;
    const parts = [...document.querySelector('details').querySelectorAll('h4')];
    const after = parts[parts.findIndex(part => part.textContent.trim() == 'Attempts') + 1];
    return [top(document.querySelector('h3')), top(after)];
}"""
_BYTES_PER_PIXEL = 3


def main(report: Path) -> None:
    """Write both pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find.locate("chromium").executable, chromium_sandbox=False
        )
        for dark, name in ((False, "report.png"), (True, "report-dark.png")):
            page = browser.new_page(
                viewport={"width": WIDTH, "height": 900}, color_scheme="dark" if dark else "light"
            )
            page.goto(report.resolve().as_uri())
            page.evaluate(_OPEN_FIRST)
            above, below = page.evaluate(_PLACE)
            picture = page.screenshot(
                full_page=True, clip={"x": 0, "y": above - MARGIN, "width": WIDTH, "height": below - above}
            )
            (FOLDER / name).write_bytes(shrunk(picture))
        browser.close()


def shrunk(png: bytes) -> bytes:
    """The same picture in a smaller file: text deflates best unfiltered (PNG specification, section 12.7)."""
    chunks = list(_chunks(png))
    width, height, depth, colours = struct.unpack(">IIBB", chunks[0][1][:10])
    assert (depth, colours) == (8, 2), "a screenshot is RGB with 8 bits per channel"
    raw = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    row, above = width * _BYTES_PER_PIXEL, bytes(width * _BYTES_PER_PIXEL)
    lines = []
    for at in range(0, height * (row + 1), row + 1):
        above = _unfiltered(raw[at], raw[at + 1 : at + 1 + row], above)
        lines.append(b"\0" + above)
    parts = [chunks[0], (b"IDAT", zlib.compress(b"".join(lines), 9)), (b"IEND", b"")]
    return png[:8] + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += 12 + size


def _unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    """One line of pixels as they are (PNG specification, section 9)."""
    done = bytearray(line)
    for index in range(len(line)):
        left = done[index - _BYTES_PER_PIXEL] if index >= _BYTES_PER_PIXEL else 0
        corner = above[index - _BYTES_PER_PIXEL] if index >= _BYTES_PER_PIXEL else 0
        up = above[index]
        guess = (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]
        done[index] = (line[index] + guess) & 255
    return bytes(done)


def _paeth(left: int, up: int, corner: int) -> int:
    """Whichever of the three is nearest to left + up - corner."""
    base = left + up - corner
    return min((left, up, corner), key=lambda value: abs(base - value))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
