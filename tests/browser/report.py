#!/usr/bin/python3
"""report.py TENURE SOURCE: pages of `tenure report` in a real browser, as TAP.

Debian's chromium opens them from file://, driven by python3-selenium.  All of it ends
within 85 seconds.  Where there is no chromium, or nothing to drive it, all is skipped.
"""

import base64
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT_S = 85
HOSTILE = "</script><script>alert(1)</script> '; rm -rf x; <b>\"&amp;"

SMALL = """
start: 2026-01-01
horizon: 20d
seed: 7
discount_rate: 8 %/y
demand: [{model: {name: poisson, rate: 20 /d, duration: 6h, gpus: 4}}]
pools:
  - {name: own, tenure: own, class: h100-sxm, gpus: 16}
  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64, price: 2.95 USD/GPU-h}
dispatch: {wait: {policy: threshold, after: 4h}}
uncertain:
  pools.burst.price: {lognormal: {median: 2.95 USD/GPU-h, sigma: 0.2}}
"""


def skip(why):
    print(f"1..1\nok 1 - browser # SKIP {why}")
    sys.exit(0)


chromium = shutil.which("chromium")
chromedriver = shutil.which("chromedriver")
if not chromium or not chromedriver:
    skip("there is no chromium or no chromedriver (bootstrap.sh deps)")
try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    skip("there is no python3-selenium (bootstrap.sh deps)")


class Browser:
    """One chromium for all tests."""

    def __init__(self, profile):
        options = Options()
        options.binary_location = chromium
        for word in (
            "--headless=new",
            "--no-sandbox",  # as root there is none
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-extensions",
            "--no-first-run",
            "--hide-scrollbars",
            "--window-size=1280,900",
            f"--user-data-dir={profile}",
        ):
            options.add_argument(word)
        options.set_capability(
            "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
        )
        self.shown = None  # the page that is open and as it was opened
        self.driver = webdriver.Chrome(service=Service(chromedriver), options=options)
        self.size(1280, 900)

    def size(self, width, height):
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def open(self, path, ready=True):
        """Opens a page anew; what the console said before is forgotten."""
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(f"file://{path}")
        self.shown = path
        deadline = time.monotonic() + 20
        while ready and not self.js("return document.documentElement.dataset.ready"):
            assert time.monotonic() < deadline, "the page never gets ready"
            time.sleep(0.02)

    def quiet(self):
        """No word on the console and no request but for the page itself."""
        said = [entry["message"][:200] for entry in self.driver.get_log("browser")]
        assert not said, f"the console says {said}"
        entries = [
            json.loads(entry["message"])["message"]
            for entry in self.driver.get_log("performance")
        ]
        asked = [
            entry["params"]["request"]["url"][:100]
            for entry in entries
            if entry["method"] == "Network.requestWillBeSent"
        ]
        asked = [url for url in asked if not url.startswith("data:")]
        assert asked == [f"file://{self.shown}"], f"the page asks for {asked}"

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        found = self.all(selector)
        assert found, f"there is no {selector}"
        return found[0]

    def show(self, element):
        self.js("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})",
                element)
        return element

    def open_details(self, details):
        self.show(details)
        if details.get_attribute("open"):
            return
        details.find_element(By.CSS_SELECTOR, "summary").click()
        deadline = time.monotonic() + 5
        while not details.find_elements(By.CSS_SELECTOR, "table, pre"):
            assert time.monotonic() < deadline, "details stay empty"
            time.sleep(0.02)

    def window_of(self, key):
        """What of x a chart shows."""
        return self.js(
            "const u = Tenure.charts.find((one) => one.figure.key === arguments[0])"
            ".panels[0].u; return [u.scales.x.min, u.scales.x.max]",
            key,
        )


# ---- what the tests are about ----


class Results:
    def __init__(self, tenure, source, folder):
        self.tenure, self.source, self.folder = tenure, Path(source), Path(folder)
        scenarios = self.source / "models" / "scenarios"
        (self.folder / "small.yaml").write_text(SMALL)
        (self.folder / "hostile.yaml").write_text(
            "name: '" + HOSTILE.replace("'", "''") + "'\n" + SMALL
        )
        self.run("run", scenarios / "own-or-lease.yaml", "-q", "-o", "own")
        self.run("run", scenarios / "all-leased.yaml", "-q", "-o", "leased")
        self.run("run", "hostile.yaml", "-q", "-o", "hostile")
        self.run("mc", "small.yaml", "-q", "-n", "24", "-o", "mc")
        self.run("report", "own", "-o", "own.html")
        self.run("report", "own", "leased", "-o", "two.html")
        self.run("report", "hostile", "mc", "-o", "hostile.html")
        self.run("report", "own", "--still", "-o", "still.html")
        self.run("sweep", "small.yaml", "-q", "-n", "8", "-o", "sweep", "--set",
                 "sweep={pools.own.gpus: 8..24 step 8}")
        self.run("report", "sweep", "-o", "sweep.html")

    def run(self, *words):
        words = [self.tenure, *map(str, words)]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, f"{words}: {done.stderr}"

    def path(self, name):
        return self.folder / name

    def csv(self, name):
        with open(self.folder / name, newline="") as file:
            return list(csv.DictReader(file))

    def summary(self, scope, metric):
        for row in self.csv("own/summary.csv"):
            if row["scope"] == scope and row["metric"] == metric:
                return row["value"]
        raise AssertionError(f"no {scope} {metric}")


def a_page_opens_without_a_word_or_a_request(browser, results, page):
    browser.open(results.path(page))
    browser.quiet()


def a_page_is_small_and_opens_fast(browser, results, page):
    assert results.path(page).stat().st_size < 3_000_000
    ms = browser.js("return performance.getEntriesByType('navigation')[0].loadEventEnd")
    assert 0 < ms < 8000, f"{ms} ms"  # on a machine that does much else


def the_policy_is_in_force(browser, results, page):
    browser.js(
        "const script = document.createElement('script');"
        "script.textContent = 'window.injected = 1'; document.body.append(script);"
        "const image = new Image(); image.src = 'http://127.0.0.1:9/x.png';"
        "document.body.append(image);"
        "document.body.insertAdjacentHTML('beforeend', '<p id=st style=\"color:red\">')"
    )
    time.sleep(0.2)
    assert browser.js("return window.injected") is None
    colour = browser.js("return getComputedStyle(document.getElementById('st')).color")
    assert colour != "rgb(255, 0, 0)", colour
    said = " ".join(entry["message"] for entry in browser.driver.get_log("browser"))
    assert said.count("Content Security Policy") >= 3, said


def key_figures_are_those_of_the_summary(browser, results, page):
    tiles = {
        tile.find_element(By.CSS_SELECTOR, ".label").text: tile.find_element(
            By.CSS_SELECTOR, ".value"
        )
        for tile in browser.all(".tiles li")
    }
    cost = tiles["Economic cost"]
    exact = results.summary("total", "economic_usd")
    assert cost.get_attribute("data-exact") == f"{exact} USD"
    assert cost.text == "24.7M USD", cost.text
    used = tiles["Used"].get_attribute("data-exact").strip()
    assert used == results.summary("fixed", "utilization_frac")


def all_figures_are_those_of_the_summary(browser, results, page):
    browser.open_details(browser.one("#figures details"))
    rows = browser.js(
        "return [...document.querySelectorAll('#figures tbody tr')].map((row) => "
        "[...row.children].map((cell) => cell.textContent))"
    )
    wanted = [
        [row["scope"], row["metric"], row["unit"].replace("1", "", row["unit"] == "1"),
         row["value"]]
        for row in results.csv("own/summary.csv")
    ]
    assert rows == wanted, [pair for pair in zip(rows, wanted) if pair[0] != pair[1]][:3]


def busy_gpus(results):
    """By start and pool, from timeline.csv."""
    busy = {}
    for row in results.csv("own/timeline.csv"):
        hours = 24.0  # the interval of the scenario
        gpus = (float(row["busy_useful_gpu_h"]) + float(row["busy_overhead_gpu_h"])) / hours
        busy[row["start"][:10], row["pool"]] = gpus
    return busy


def the_data_of_a_chart_is_that_of_the_timeline(browser, results, page):
    browser.open_details(browser.one("#figure-capacity details"))
    table = browser.js(
        "return [...document.querySelectorAll('#figure-capacity tr')].map((row) => "
        "[...row.children].map((cell) => cell.textContent))"
    )
    pools = [head.split(",")[0] for head in table[0]]
    busy = busy_gpus(results)
    rows = [row for row in table[1:] if (row[0], "own") in busy]
    assert len(rows) == 365, len(rows)
    for row in rows:
        for pool in ("own", "leased", "burst"):
            shown = float(row[pools.index(pool)])
            wanted = busy.get((row[0], pool), 0)
            assert abs(shown - wanted) < 1e-6 * max(1, wanted), (row, pool, wanted)


def plot_of(browser, key):
    return browser.show(browser.one(f"#figure-{key} .u-over"))


def a_cursor_reads_values(browser, results, page):
    over = plot_of(browser, "capacity")
    ActionChains(browser.driver).move_to_element(over).perform()
    tip = browser.one("#figure-capacity .tip")
    assert tip.is_displayed()
    lines = tip.text.split("\n")
    busy = busy_gpus(results)[lines[0], "own"]
    said = browser.js("return Tenure.short(arguments[0]) + ' GPUs'", busy)
    assert lines[lines.index("own") + 1] == said, (lines, said)
    # The cursors of all charts along time stand at the same day.
    days = browser.js(
        "return Tenure.charts.filter((one) => one.figure.x.kind === 'time')"
        ".map((one) => one.panels[0].u.cursor.left)"
    )
    assert len(days) >= 5 and max(days) - min(days) < 2 and min(days) > 0, days


def dragging_zooms_all_charts_along_time(browser, results, page):
    whole = browser.window_of("capacity")
    over = plot_of(browser, "capacity")
    ActionChains(browser.driver).move_to_element_with_offset(
        over, -100, 0
    ).click_and_hold().move_by_offset(200, 0).release().perform()
    part = browser.window_of("capacity")
    assert part[1] - part[0] < 0.5 * (whole[1] - whole[0]), (whole, part)
    assert browser.window_of("cost") == part
    assert browser.window_of("queue") == part
    assert browser.window_of("waits") != part
    reset = browser.one("#figure-capacity .reset")
    assert reset.is_displayed()
    reset.click()
    assert browser.window_of("capacity") == whole == browser.window_of("cost")
    assert not reset.is_displayed()


def a_name_in_the_legend_hides_its_pool(browser, results, page):
    highest = ("return Math.max(...Tenure.charts[0].panels[0].u.data.slice(1).flat()"
               ".filter((value) => value !== null))")
    before = browser.js(highest)
    keys = browser.all("#figure-capacity .key")
    assert [key.text for key in keys][:3] == ["own", "leased", "burst"]
    browser.show(keys[0]).click()
    assert keys[0].get_attribute("aria-pressed") == "false"
    after = browser.js(highest)
    assert after < before, (before, after)
    keys[0].click()
    assert browser.js(highest) == before
    assert keys[0].get_attribute("aria-pressed") == "true"


def the_keyboard_does_all_that_a_mouse_does(browser, results, page):
    box = browser.show(browser.one("#figure-capacity .plot"))
    browser.js("arguments[0].focus()", box)
    whole = browser.window_of("capacity")
    box.send_keys(Keys.HOME, Keys.ARROW_RIGHT)
    said = browser.js("return document.getElementById('live').textContent")
    assert said.startswith("2026-01-02: own "), said
    box.send_keys("+")
    part = browser.window_of("capacity")
    assert part[1] - part[0] < whole[1] - whole[0]
    box.send_keys("0")
    assert browser.window_of("capacity") == whole
    outline = browser.js(
        "document.querySelector('.key').focus({focusVisible: true});"
        "return getComputedStyle(document.activeElement).outlineStyle"
    )
    assert outline == "solid", outline


def headings_and_names_are_there_for_screen_readers(browser, results, page):
    levels = browser.js(
        "return [...document.querySelectorAll('h1,h2,h3,h4')].map((h) => +h.tagName[1])"
    )
    assert levels.count(1) == 1 and levels[0] == 1, levels
    for level, following in zip(levels, levels[1:]):
        assert following <= level + 1, levels
    nameless = browser.js(
        "return [...document.querySelectorAll('img, svg[role=img], button, .plot, "
        "[role=region]')].filter((one) => !(one.getAttribute('alt') || "
        "one.getAttribute('aria-label') || one.textContent.trim()))"
        ".map((one) => one.outerHTML.slice(0, 80))"
    )
    assert not nameless, nameless
    assert browser.js("return document.documentElement.lang") == "en"
    charts = browser.js("return document.querySelectorAll('.chart').length")
    tables = browser.js("return document.querySelectorAll('.figure details').length")
    assert charts == tables > 0
    ids = browser.js("return [...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids)), ids


def choose(browser, name):
    for button in browser.all("#tools .way"):
        if button.text == name:
            button.click()


def light_and_dark_can_be_chosen(browser, results, page):
    paper = "return getComputedStyle(document.body).backgroundColor"
    light = browser.js(paper)
    choose(browser, "Dark")
    dark = browser.js(paper)
    choose(browser, "Auto")
    assert browser.js(paper) == light != dark
    wish = {"name": "prefers-color-scheme", "value": "dark"}
    browser.cdp("Emulation.setEmulatedMedia", features=[wish])
    assert browser.js(paper) == dark
    choose(browser, "Light")
    assert browser.js(paper) == light
    choose(browser, "Auto")
    browser.cdp("Emulation.setEmulatedMedia", features=[])


def paper_is_light_and_has_the_charts(browser, results, page):
    choose(browser, "Dark")
    pdf = base64.b64decode(browser.cdp("Page.printToPDF", printBackground=True)["data"])
    assert pdf.startswith(b"%PDF") and len(pdf) > 50_000, len(pdf)
    theme = browser.js("return document.documentElement.dataset.theme")
    assert theme == "dark", "what was chosen comes back after printing"
    choose(browser, "Auto")


def the_legend_shows_lines_as_they_are_drawn(browser, results, page):
    drawn = browser.js(
        "const c = Tenure.charts.find((one) => one.figure.key === 'load-duration');"
        "return c.panels.flatMap((p) => p.order.map((column, i) => "
        "[column.label || column.name, (p.u.series[i + 1].dash || []).join(' ')]))"
    )
    keys = {
        key.text: browser.js(
            "const line = arguments[0].querySelector('svg.swatch line');"
            "return line ? line.getAttribute('stroke-dasharray') || '' : ''", key)
        for key in browser.all("#figure-load-duration .key")
    }
    assert dict(drawn) == keys, (drawn, keys)
    assert "" in keys.values() and "6 4" in keys.values(), keys
    assert browser.js(
        "return [...document.querySelectorAll('.swatch')].every((one) => "
        "getComputedStyle(one).backgroundColor === 'rgba(0, 0, 0, 0)')"
    ), "a swatch is a background"


def paper_shows_all_and_no_cursor(browser, results, page):
    whole = browser.window_of("capacity")
    box = browser.show(browser.one("#figure-capacity .plot"))
    browser.js("arguments[0].focus()", box)
    box.send_keys(Keys.HOME, Keys.ARROW_RIGHT, "+")
    part = browser.window_of("capacity")
    assert part != whole
    browser.js("dispatchEvent(new Event('beforeprint'))")
    browser.cdp("Emulation.setEmulatedMedia", media="print")
    try:
        assert browser.window_of("capacity") == whole == browser.window_of("cost")
        assert not browser.one("#figure-capacity .tip").is_displayed()
        left = browser.js("return Tenure.charts.map((c) => c.panels[0].u.cursor.left)")
        assert max(left) < 0, left
        outline = browser.js(
            "return getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "none", outline
    finally:
        browser.cdp("Emulation.setEmulatedMedia", media="")
        browser.js("dispatchEvent(new Event('afterprint'))")
    assert browser.window_of("capacity") == part == browser.window_of("cost")
    box.send_keys("0")
    assert browser.window_of("capacity") == whole


def heads_of_tables_break_between_words(browser, results, page):
    broken = browser.js(
        "return [...document.querySelectorAll('thead th')].filter((head) => {"
        "  const range = document.createRange(), text = head.firstChild;"
        "  return text && [...text.data.matchAll(/[^\\s-]+/g)].some((word) => {"
        "    range.setStart(text, word.index);"
        "    range.setEnd(text, word.index + word[0].length);"
        "    return new Set([...range.getClientRects()].map((r) => r.top)).size > 1;"
        "  });"
        "}).map((head) => head.textContent)"
    )
    assert not broken, broken


def points_of_the_front_are_ringed(browser, results, page):
    front = browser.js(
        "const f = Tenure.data.figures.find((one) => one.key === 'pareto');"
        "const c = f.columns.findIndex((one) => one.name === 'front_s');"
        "return f.rows.filter((row) => row[c] !== null).length"
    )
    rings = browser.all("#figure-pareto svg.drawn circle.front")
    assert len(rings) == front > 0, (len(rings), front)
    assert browser.all("#figure-pareto .bar svg.swatch.front")


def nothing_is_wider_than_a_narrow_screen(browser, results, page):
    browser.size(400, 800)
    try:
        time.sleep(0.1)
        width = browser.js("return document.documentElement.scrollWidth")
        assert width <= 400, width
    finally:
        browser.size(1280, 900)


def hostile_names_stay_names(browser, results, page):
    scripts = browser.js("return document.scripts.length")
    assert scripts == browser.js("return document.scripts.length")
    shown = browser.js("return document.querySelector('h1').textContent")
    assert HOSTILE in shown, shown
    assert HOSTILE in browser.js("return document.title")
    assert browser.js("return document.querySelectorAll('b b, main > b').length") == 0
    body = browser.js("return document.body.textContent")
    assert body.count(HOSTILE) >= 3


def runs_stand_side_by_side_on_one_scale(browser, results, page):
    heads = [head.text for head in browser.all("#figure-capacity h4")]
    assert heads == ["A own-or-lease", "B all-leased"], heads
    scales = browser.js(
        "return Tenure.charts.filter((one) => one.figure.key === 'capacity')"
        ".map((one) => one.panels[0].u.scales.y.max)"
    )
    assert len(scales) == 2 and scales[0] == scales[1], scales
    bars = browser.all("#figure-bridge svg rect")
    assert bars, "the bridge has no bars"
    lefts = [browser.js("return arguments[0].getBoundingClientRect().left", chart)
             for chart in browser.all("#figure-capacity .chart")]
    assert lefts[1] > lefts[0] + 300, lefts


def still_pictures_are_there_where_uplot_is_not(browser, results, page):
    assert browser.js("return window.uPlot") is None
    widths = browser.js(
        "return [...document.querySelectorAll('.chart img')].map((i) => i.naturalWidth)"
    )
    assert len(widths) >= 8 and min(widths) > 100, widths
    assert "still images" in browser.one("#about").text
    browser.open_details(browser.one("#figure-cash details"))


def without_scripts_there_is_the_answer(browser, results, page):
    browser.cdp("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(results.path("own.html"), ready=False)
        text = browser.one("#answer").text
        assert "24.7M USD" in text and "Idle: 3.12M" in text, text
    finally:
        browser.cdp("Emulation.setScriptExecutionDisabled", value=False)


EVERYWHERE = [
    a_page_opens_without_a_word_or_a_request,
    a_page_is_small_and_opens_fast,
    headings_and_names_are_there_for_screen_readers,
    nothing_is_wider_than_a_narrow_screen,
]
# Each page is opened once, and each test leaves it as it was, but for the last one.
TESTS = {
    "own.html": [
        *EVERYWHERE,
        key_figures_are_those_of_the_summary,
        all_figures_are_those_of_the_summary,
        the_data_of_a_chart_is_that_of_the_timeline,
        a_cursor_reads_values,
        dragging_zooms_all_charts_along_time,
        a_name_in_the_legend_hides_its_pool,
        the_keyboard_does_all_that_a_mouse_does,
        light_and_dark_can_be_chosen,
        paper_is_light_and_has_the_charts,
        the_legend_shows_lines_as_they_are_drawn,
        paper_shows_all_and_no_cursor,
        heads_of_tables_break_between_words,
        the_policy_is_in_force,
    ],
    "two.html": [*EVERYWHERE, runs_stand_side_by_side_on_one_scale],
    "hostile.html": [*EVERYWHERE, hostile_names_stay_names],
    "sweep.html": [*EVERYWHERE, points_of_the_front_are_ringed],
    "still.html": [
        *EVERYWHERE,
        still_pictures_are_there_where_uplot_is_not,
        without_scripts_there_is_the_answer,
    ],
}
# Of a build without uPlot only what does not need it.
INTERACTIVE = {
    a_cursor_reads_values,
    dragging_zooms_all_charts_along_time,
    a_name_in_the_legend_hides_its_pool,
    the_keyboard_does_all_that_a_mouse_does,
    the_legend_shows_lines_as_they_are_drawn,
    paper_shows_all_and_no_cursor,
    runs_stand_side_by_side_on_one_scale,
}


def run_one(test, browser, results, page, name):
    began = time.monotonic()
    error = None
    try:
        test(browser, results, page)
    except Exception as caught:  # pylint: disable=broad-except
        error = str(caught) or repr(caught)
    print(f"{'not ok' if error else 'ok'} {name}")
    if error:
        print("# " + error[:600].replace("\n", "\n# "))
    print(f"# {time.monotonic() - began:.1f} s", flush=True)
    return error is None


def run_all(browser, results, interactive):
    number, failed = 0, 0
    print(f"1..{sum(len(tests) for tests in TESTS.values())}", flush=True)
    for page, tests in TESTS.items():
        for test in tests:
            number += 1
            name = f"{number} - browser::{page[:-5]}_{test.__name__}"
            if test in INTERACTIVE and not interactive:
                print(f"ok {name} # SKIP built without uPlot", flush=True)
            elif not run_one(test, browser, results, page, name):
                failed += 1
    return failed


def main():
    tenure, source = sys.argv[1:3]

    def too_long(*_):
        raise SystemExit(f"not done within {LIMIT_S} s")

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(LIMIT_S)
    folder = tempfile.mkdtemp(prefix="tenure-browser-")
    browser = None
    try:
        results = Results(os.path.abspath(tenure), os.path.abspath(source), folder)
        text = results.path("own.html").read_text()
        browser = Browser(os.path.join(folder, "profile"))
        return run_all(browser, results, "uPlot=function" in text)
    finally:
        if browser:
            browser.driver.quit()
        shutil.rmtree(folder, ignore_errors=True)


sys.exit(1 if main() else 0)
