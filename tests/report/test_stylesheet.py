"""Contrast, as WCAG 2.2 asks for it (1.4.3 of text, 1.4.11 of what is drawn), in both themes."""

import re
from pathlib import Path

import pytest

from lab.report import pages

_CSS = (Path(pages.__file__).parent / "assets" / "report.css").read_text("utf-8")
_LIGHT, _DARK = _CSS.split("@media screen and (prefers-color-scheme: dark)", 1)
OUTCOMES = ("passed", "failed", "flaky", "error", "skipped")

TEXT = [
    *((text, ground) for text in ("ink", "muted", "link") for ground in ("page", "surface", "sunk")),
    *((outcome, ground) for outcome in OUTCOMES for ground in (f"{outcome}-soft", "surface")),
    *(("ink", f"{outcome}-soft") for outcome in OUTCOMES),
    ("changed", "changed-soft"),
    ("changed", "surface"),
    # Labels inside of the bars of the timeline.
    *(("on-bar", f"{outcome}-bar") for outcome in ("passed", "failed", "skipped")),
    ("on-flaky-bar", "flaky-bar"),
    ("ink", "wait"),
    ("ink", "answer"),
]
DRAWN = [
    *((f"{outcome}-bar", "surface") for outcome in OUTCOMES),
    ("answer", "surface"),
    ("down", "surface"),
    ("up", "surface"),
]


def colours(theme: str) -> dict[str, str]:
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", _LIGHT))
    return found if theme == "light" else found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", _DARK))


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_definition() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("wanted", "pairs"), [(4.5, TEXT), (3.0, DRAWN)], ids=["text", "drawn"])
def test_colours_stand_out(theme: str, wanted: float, pairs: list[tuple[str, str]]) -> None:
    found = colours(theme)
    low = {pair: contrast(found[pair[0]], found[pair[1]]) for pair in pairs}
    assert {pair: round(ratio, 2) for pair, ratio in low.items() if ratio < wanted} == {}
