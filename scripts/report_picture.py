"""Makes docs/images/: the first page of a run's report, and the page of one of its cases, in light and dark.

``python scripts/report_picture.py reports/latest [CASE]``, after ``lab run`` of the scenarios to be shown.
CASE is the beginning of the name of a file in ``cases/``, the first where it is left out.
"""

import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from lab.browser import find

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
WIDTH = 1200
TALLEST = 1_600
"""Pixels: a picture in a README is no place to read a whole page."""

_END = {
    # Where the picture ends: of the first page with what follows the grid, of a case's with its timeline.
    "grid": "document.querySelector('footer').getBoundingClientRect().top + scrollY",
    "report": "document.querySelector('#drawn').getBoundingClientRect().bottom + scrollY + 20",
}
_BYTES_PER_PIXEL = 3


def main(run: Path, case: str) -> None:
    """Write the four pictures."""
    pages = {"grid": run / "report.html", "report": min((run / "cases").glob(f"{case}*.html"))}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find.locate("chromium").executable, chromium_sandbox=False
        )
        for name, path in pages.items():
            for dark in (False, True):
                target = FOLDER / f"{name}{'-dark' if dark else ''}.png"
                target.write_bytes(shrunk(picture(browser, path, _END[name], dark=dark)))
        browser.close()


def picture(browser: Browser, path: Path, end: str, *, dark: bool) -> bytes:
    """The page from its top to where ``end``, an expression in it, says."""
    page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="dark" if dark else "light")
    page.goto(path.resolve().as_uri())
    height = min(page.evaluate(end), TALLEST)
    taken = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height})
    page.close()
    return taken


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
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
