"""The page in a real browser: drawn, quiet, within its width, and usable with a mouse, a finger and a keyboard."""

from __future__ import annotations

import shutil

import pytest

from alvh.adapters.render.html import write_html
from alvh.reports.backtest import backtest_report
from reports.statements import ladder, synthetic

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), "")
WIDTHS = {1400: {"width": 1400, "height": 900}, 390: {"width": 390, "height": 844}}
# How many pixels of a canvas differ from nothing at all.
PAINTED = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let painted = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) painted++;
  return painted / (data.length / 4);
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    statements = [synthetic(sessions=640), synthetic("condor-only", hedged=False, sessions=640)]
    report = backtest_report(statements, fill_ladder=ladder(sessions=40))
    return write_html(report, tmp_path_factory.mktemp("page") / "r.html").as_uri()


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as runner:
        chromium = runner.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(params=[(1400, "light"), (1400, "dark"), (390, "light")], ids=str)
def visit(request, browser, address):
    width, scheme = request.param
    mobile = width < 600
    context = browser.new_context(viewport=WIDTHS[width], color_scheme=scheme, is_mobile=mobile, has_touch=mobile)
    page = context.new_page()
    page.set_default_timeout(8_000)
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address)
    page.wait_for_selector(".plot[data-drawn] canvas")
    yield page
    context.close()


@pytest.fixture
def desk(browser, address):
    context = browser.new_context(viewport=WIDTHS[1400])
    page = context.new_page()
    page.set_default_timeout(8_000)
    page.goto(address)
    page.wait_for_selector(".plot[data-drawn] canvas")
    yield page
    context.close()


def test_the_page_is_quiet_asks_for_nothing_fits_and_every_chart_is_painted(visit, address):
    for fold in visit.query_selector_all("details"):
        fold.evaluate("one => { one.open = true; }")
    visit.wait_for_selector(".plot:not([data-drawn])", state="detached")
    visit.wait_for_timeout(100)
    assert visit.said == []
    assert visit.asked == [address]
    assert visit.evaluate("document.documentElement.scrollWidth") <= visit.viewport_size["width"]
    canvases = visit.query_selector_all(".plot canvas")
    assert len(canvases) == 6
    for canvas in canvases:
        assert canvas.evaluate(PAINTED) > 0.01
    for plot in visit.query_selector_all(".plot"):
        assert (
            plot.evaluate("one => one.querySelector('canvas').getBoundingClientRect().right")
            <= (visit.viewport_size["width"])
        )


def test_the_verdict_is_on_the_first_screen(desk):
    bottom = desk.locator(".caveats").evaluate("one => one.getBoundingClientRect().bottom")
    assert bottom <= 900


def test_the_legend_tells_the_last_session_until_someone_points_at_another(desk):
    legend = desk.locator("[data-chart='0'] .u-legend .u-value")
    last = desk.evaluate("JSON.parse(document.getElementById('payload').textContent).charts[0].series[0].values.at(-1)")
    assert legend.nth(1).inner_text() == f"{last:,}"
    at_end = legend.nth(0).inner_text()
    desk.locator("[data-chart='0'] .u-over").hover(position={"x": 200, "y": 80})
    assert legend.nth(0).inner_text() != at_end
    # The other charts of the group follow the cursor.
    assert desk.locator("[data-chart='1'] .u-legend .u-value").nth(0).inner_text() == legend.nth(0).inner_text()


def test_a_named_episode_zooms_all_charts_and_escape_shows_all_again(desk):
    legend = desk.locator("[data-chart='1'] .u-legend .u-value").nth(0)
    before = legend.inner_text()
    desk.get_by_role("button", name="2008", exact=True).click()
    desk.wait_for_selector("[data-zoom^='2008'][aria-pressed='true']")
    assert legend.inner_text().startswith("2009-03-31")
    desk.locator("[data-chart='0']").press("Escape")
    desk.wait_for_selector("[data-zoom='all'][aria-pressed='true']")
    assert legend.inner_text() == before


def test_dragging_over_a_chart_zooms(desk):
    desk.locator("[data-chart='0']").scroll_into_view_if_needed()
    box = desk.locator("[data-chart='0'] .u-over").bounding_box()
    desk.mouse.move(box["x"] + 100, box["y"] + 60)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 300, box["y"] + 60, steps=4)
    desk.mouse.up()
    desk.wait_for_selector("[data-zoom='all'][aria-pressed='false']")


def test_arrow_keys_walk_a_chart(desk):
    plot = desk.locator("[data-chart='0']")
    plot.focus()
    read = desk.locator("[data-chart='0'] .u-legend .u-value").nth(0)
    seen = [read.inner_text()]
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowLeft", "ArrowRight"):
        plot.press(key)
        seen.append(read.inner_text())
    days = [text[:10] for text in seen]
    assert days[0] > days[1] > days[2] > days[3]
    assert days[3] < days[4] < days[2]


def test_a_line_can_be_hidden_from_the_keyboard(desk):
    series = desk.locator("[data-chart='0'] .u-legend .u-series").nth(2)
    series.locator("th").press("Enter")
    assert "u-off" in series.get_attribute("class")


def test_a_glossary_word_explains_itself_to_mouse_and_keyboard(desk):
    tip = desk.locator("#tip")
    word = desk.locator(".headline .term", has_text="drawdown")
    assert tip.is_hidden()
    word.hover()
    assert "highest value so far" in tip.inner_text()
    desk.mouse.move(5, 5)
    assert tip.is_hidden()
    word.focus()
    assert tip.is_visible()
    desk.keyboard.press("Escape")
    assert tip.is_hidden()


def test_a_tap_shows_the_meaning_within_the_screen_and_does_not_jump(browser, address):
    context = browser.new_context(viewport=WIDTHS[390], is_mobile=True, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(8_000)
    page.goto(address)
    for word in page.query_selector_all("#verdict .term")[:6]:
        word.scroll_into_view_if_needed()
        page.wait_for_timeout(50)
        word.tap()
        box = page.locator("#tip").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert "#g-" not in page.url
    context.close()


def test_paper_gets_the_whole_width_and_no_controls(desk):
    desk.emulate_media(media="print")
    desk.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert desk.locator(".toc").is_hidden()
    assert desk.locator(".zooms").first.is_hidden()
    assert desk.locator("[data-chart='0'] canvas").bounding_box()["width"] <= 680
    assert desk.pdf()[:4] == b"%PDF"
