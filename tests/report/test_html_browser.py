"""The page in a real browser: at the width of a telephone, with what a scenario must not be able to do to it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from lab.report import html
from lab.timeline.results import RunResult
from tests.report.sample import case, run_of, sample
from tests.report.test_html import hostile_case

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        yield browser.new_page(viewport={"width": 360, "height": 800})
        browser.close()


LONG = case(
    "chromium",
    "failed",
    id="x" * 300,
    scenario="y" * 300,
    message="z" * 300,
    title="t" * 300,
    transport="u" * 300,
    network=["v" * 300],
    artefacts={"events": "w" * 300},
)


@pytest.mark.parametrize("run", [sample(1), sample(12), run_of(hostile_case()), run_of(LONG), run_of()])
def test_page_fits_a_telephone_and_breaks_no_rule_of_its_own(page: Page, tmp_path: Path, run: RunResult) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: complaints.append(request.url) if "report.html" not in request.url else None)
    page.goto(html.write(run, tmp_path).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert complaints == []


def test_filter_leaves_the_cases_that_hold_every_word(page: Page, tmp_path: Path) -> None:
    page.goto(html.write(sample(12), tmp_path).as_uri())
    page.get_by_label("Filter").fill("WEBKIT failed")
    assert page.locator("[data-case]:visible").count() == 1
    assert page.locator("[data-row]:visible").count() == 1
    assert page.locator("#filtered").inner_text() == "1 of 12 cases"
    page.get_by_label("Filter").fill("")
    assert page.locator("[data-case]:visible").count() == 12


def test_link_from_the_grid_opens_a_case_that_passed(page: Page, tmp_path: Path) -> None:
    page.goto(html.write(sample(12), tmp_path).as_uri())
    first = page.locator("[data-case]").first
    assert first.get_attribute("open") is None
    page.locator("a.cell").first.press("Enter")
    assert first.get_attribute("open") == ""
