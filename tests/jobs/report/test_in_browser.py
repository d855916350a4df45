"""The report as a person meets it: opened from a file in a real browser, clicked, typed into, printed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from aigc.content import ContentType
from aigc.jobs import write_report
from aigc.jobs.report.listing import MOST
from aigc.ledger import opened_ledger
from aigc.types import Finding

from .chromium import Chromium, found
from .conftest import EVIL, piece, write_ledger

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

IDS = ".piece h3 .id"
ALL = ["0001", "0002", "0003", "0004", "0005", "0006"]
USABLE, TYPED, AGAIN = 8000, 6000, 3000  # milliseconds, on two cores that others use too: an idle one takes a tenth


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    program = found()
    assert program, "these tests need Chromium: apt-get install chromium"
    opened = Chromium(program)
    yield opened
    opened.close()


@pytest.fixture
def page(made: Path, advert: ContentType, browser: Chromium) -> Path:
    """This is the report of a job with everything in it, opened."""
    with opened_ledger(made) as ledger:
        written = write_report(made, ledger, advert)
    browser.look()
    browser.open(written)
    return written


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This is the report of 10,000 pieces of an ad's size."""
    headlines = [f"Headline {at} of an advert" for at in range(15)]
    pieces = []
    for at in range(10_000):
        lines = [f"Mug {at} for people", *headlines[1:], *(["Best mug of all"] if at % 10 == 3 else [])]
        said = [Finding(message="promises", field="headlines[15]", span=(0, 4), check="hype", severity="warn")]
        flagged = at % 10 == 3
        facts = [f"fact {fact} about product {at}, in some words more" for fact in range(8)]
        pieces.append(
            piece(
                f"{at:05}",
                "flagged" if flagged else "accepted",
                {"headlines": lines, "title": f"needle{at}", "url": f"https://example.com/{at}"},
                findings=said if flagged else (),
                product=f"Product {at}",
                benefits=facts,
            )
        )
    folder = write_ledger(tmp_path_factory.mktemp("large") / "large", pieces)
    with opened_ledger(folder) as ledger:
        return write_report(folder, ledger, None)


def pixels(picture: bytes) -> tuple[int, int, list[tuple[int, ...]]]:
    """This is a PNG's width, height and pixels: whatever browser wrote it, eight bits without palette."""
    width, height, depth, kind = struct.unpack(">IIBB", picture[16:26])
    assert depth == 8 and kind in (2, 6)
    size, at, packed = {2: 3, 6: 4}[kind], 8, b""
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        if picture[at + 4 : at + 8] == b"IDAT":
            packed += picture[at + 8 : at + 8 + length]
        at += length + 12
    raw, stride, above, rows = zlib.decompress(packed), width * size, bytes(width * size), []
    for row in range(height):
        start = row * (stride + 1)
        above = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above, size)
        rows += [tuple(above[x : x + 3]) for x in range(0, stride, size)]
    return width, height, rows


def _unfiltered(kind: int, line: bytearray, above: bytes, size: int) -> bytes:
    for at in range(len(line)):
        left = line[at - size] if at >= size else 0
        up, corner = above[at], above[at - size] if at >= size else 0
        near = min((abs(up - corner), 0, left), (abs(left - corner), 1, up), (abs(left + up - 2 * corner), 2, corner))[
            2
        ]
        line[at] = (line[at] + (0, left, up, (left + up) // 2, near)[kind]) & 255
    return bytes(line)


# -- looking ----------------------------------------------------------------------------------------------------------


def test_it_shows_every_piece_beside_its_brief(page: Path, browser: Chromium) -> None:
    assert browser.texts(IDS) == ALL
    assert browser.texts("#found") == ["6 pieces"]
    assert browser.texts("article:first-child .brief dd")[:3] == [
        "Enamel mug",
        "keeps coffee warm for 2 hours",
        "white rim",
    ]
    assert browser.texts("li:nth-child(3) .words")[0] == "折叠电动自行车，续航40公里"
    assert browser.ask("document.querySelector('li:nth-child(3) .words').lang") == "zh"
    assert browser.texts("li:nth-child(3) .length")[:2] == ["26 / 30", "46 / 30"]
    assert browser.texts("li:nth-child(1) .by") == ["repaired", "fallback"]
    beside = "(r => r('.brief').left >= r('.texts').right)(s => document.querySelector(s).getBoundingClientRect())"
    assert browser.ask(beside)
    assert browser.complaints == []


def test_findings_are_highlighted_in_the_text(page: Path, browser: Chromium) -> None:
    assert browser.texts("li:nth-child(2) mark") == ["best", "👩‍👩‍👧"]
    assert browser.texts("li:nth-child(3) mark") == ["航", "40", "公"]
    assert browser.ask("[...document.querySelectorAll('li:nth-child(3) mark')].map(m => m.className)") == [
        "warn", "reject", "warn"
    ]  # fmt: skip
    assert browser.texts("li:nth-child(2) .text .finding")[0] == "Doubtpromises too much: besthype"


def test_charts_are_as_wide_as_they_should_be(page: Path, browser: Chromium) -> None:
    widths = "[...document.querySelector('.statuses svg').children].map(one => one.getBoundingClientRect().width)"
    accepted, flagged, rejected, failed, waiting = browser.ask(widths)
    assert accepted == pytest.approx(flagged) and accepted == pytest.approx(2 * rejected, rel=0.01)
    assert rejected == pytest.approx(failed) == pytest.approx(waiting)


def test_what_strangers_wrote_is_text_and_nothing_else(page: Path, browser: Chromium) -> None:
    assert browser.ask("document.title") == "spring & <b>co · shop/advert"
    assert browser.texts("h1") == ["spring & <b>co"]
    assert browser.texts("li:nth-child(5) .words")[0] == EVIL
    assert browser.texts("li:nth-child(5) .brief dd")[0] == EVIL
    assert browser.ask("document.querySelectorAll('img, article script, #list b b').length") == 0
    assert browser.complaints == [], "not even the page's policy had anything to refuse"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "columns"), [(1280, 2), (400, 1)])
def test_in_light_and_dark_wide_and_narrow(
    page: Path, browser: Chromium, tmp_path: Path, width: int, columns: int, dark: bool
) -> None:
    browser.look(width=width, dark=dark)
    browser.open(page)
    assert browser.ask("document.documentElement.scrollWidth") <= width, "nothing sticks out"
    grid = browser.ask("getComputedStyle(document.querySelector('.overview')).gridTemplateColumns")
    assert len(grid.split()) == columns
    assert browser.ask("Math.min(...[...document.querySelectorAll('.words')].map(t => t.offsetWidth))") > 5
    wide, high, seen = pixels(browser.screenshot(tmp_path / "page.png", scale=0.25))
    assert (wide, high) == (width / 4, 225)
    bright = sorted(sum(one) / 3 for one in seen)
    paper = bright[len(bright) // 2]
    assert paper < 60 if dark else paper > 230
    assert bright[-1] - bright[0] > 40, "and there is something on it"


def test_colours_can_be_read(page: Path, browser: Chromium) -> None:
    """WCAG: letters have a contrast of at least 4.5 to what they stand on."""
    ask = """(() => {
      const rgb = text => text.match(/[\\d.]+/g).map(Number);
      const light = ([r, g, b]) => [r, g, b].map(c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
      const under = one => { const [r, g, b, a = 1] = rgb(getComputedStyle(one).backgroundColor);
        return a ? [r, g, b] : one.parentElement ? under(one.parentElement) : [255, 255, 255]; };
      const low = [];
      for (const one of document.querySelectorAll("body *:not(script):not(svg):not(svg *)")) {
        if (![...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
        const [a, b] = [light(rgb(getComputedStyle(one).color)), light(under(one))].sort((x, y) => y - x);
        if ((a + 0.05) / (b + 0.05) < 4.5) low.push(one.className + ": " + one.textContent.slice(0, 30));
      }
      return low;
    })()"""
    for dark in (False, True):
        browser.look(dark=dark)
        assert browser.ask(ask) == []


# -- choosing ---------------------------------------------------------------------------------------------------------


def test_pieces_are_chosen_by_status_check_and_text(page: Path, browser: Chromium) -> None:
    browser.click("input[value=flagged]")
    assert browser.comes(IDS, ["0002", "0006"]) and browser.texts("#found") == ["2 of 6 pieces"]
    browser.click("input[value=rejected]")
    assert browser.comes(IDS, ["0002", "0003", "0006"])
    pick = "s.value = 'hype'; s.dispatchEvent(new Event('change', {bubbles: true}))"
    browser.ask(f"(s => {{ {pick} }})(document.querySelector('select[name=check]'))")
    assert browser.comes(IDS, ["0002", "0003"])
    browser.click("input[type=search]")
    browser.type("续航40 不停歇")
    assert browser.comes(IDS, ["0003"]), "all the words, in whatever text"
    assert browser.ask("decodeURIComponent(location.hash)") == "#q=续航40+不停歇&status=flagged,rejected&check=hype"
    browser.click("button[type=reset]")
    assert browser.comes(IDS, ALL) and browser.ask("location.hash") == ""


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        ("#status=rejected,failed", ["0003", "0004"]),
        ("#check=unique", ["0006"]),
        ("#only=findings", ["0002", "0003", "0006"]),
        ("#only=fallbacks", ["0001"]),
        ("#only=twins", ["0006"]),
        ("#q=WHITE+rim", ["0001"]),
        ("#q=promises+too", ["0002"]),
        ("#q=product%3A+is+needed", ["0004"]),
        ("#q=fields", []),
        ("#status=nonsense&page=99", ALL),
        ("#pieces", ALL),
    ],
)
def test_an_address_chooses(page: Path, browser: Chromium, address: str, ids: list[str]) -> None:
    browser.open(page, address)
    assert browser.texts(IDS) == ids and browser.complaints == []


def test_the_overview_leads_to_the_pieces_it_counts(page: Path, browser: Chromium) -> None:
    browser.click(".legend .rejected a")
    assert browser.comes(IDS, ["0003"])
    assert browser.ask("document.querySelector('input[value=rejected]').checked")
    browser.click('.rows a[href="#check=hype"]')
    assert browser.comes(IDS, ["0002", "0003"])
    browser.ask("history.back()")
    assert browser.comes(IDS, ["0003"]), "and back again"
    browser.open(page, "#check=unique")
    browser.click(".texts a")
    assert browser.comes(IDS, ALL) and browser.comes("h3:focus", ["0001Enamel mug"])


def test_everything_is_done_with_the_keyboard(page: Path, browser: Chromium) -> None:
    browser.press("Tab", 9)
    assert browser.ask("document.activeElement.textContent") == "Skip to the pieces"
    browser.press("Enter", 13, "\r")
    browser.press("Tab", 9)
    assert browser.ask("document.activeElement.name") == "q", "the first thing among the pieces"
    browser.type("mug")
    assert browser.comes(IDS, ["0001", "0002", "0006"])
    browser.press("Tab", 9)
    browser.press("Tab", 9)
    browser.press(" ", 32, " ")
    assert browser.comes(IDS, ["0002", "0006"])
    browser.ask("document.activeElement.blur()")
    browser.press("/", 191, "/")
    assert browser.ask("document.activeElement.name") == "q" and browser.ask("document.activeElement.value") == "mug"


def test_it_prints(page: Path, browser: Chromium, tmp_path: Path) -> None:
    printed = browser.pdf(tmp_path / "page.pdf")
    assert printed.startswith(b"%PDF") and 2 <= printed.count(b"/Type /Page\n") <= 8
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.ask("getComputedStyle(document.getElementById('filter')).display") == "none"
    assert browser.ask("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    browser.call("Emulation.setEmulatedMedia", media="")


# -- ten thousand -----------------------------------------------------------------------------------------------------


def test_ten_thousand_pieces_stay_usable(large: Path, browser: Chromium, tmp_path: Path) -> None:
    assert MOST >= 10_000 and large.stat().st_size > 15e6
    browser.look()
    browser.open(large)
    assert int(browser.ask("document.documentElement.dataset.ready")) < USABLE
    assert browser.texts("#found") == ["10,000 pieces"] and browser.texts("#pager span") == ["Page 1 of 500"]
    assert len(browser.texts(IDS)) == 20, "a page at a time"
    assert browser.ask("document.querySelectorAll('*').length") < 5000
    asked = "location.hash = q; dispatchEvent(new Event('hashchange'))"
    search = f"(q => {{{{ const t = performance.now(); {asked}; return performance.now() - t; }}}})('{{}}')"
    assert browser.ask(search.format("q=needle9877")) < TYPED
    assert browser.comes(IDS, ["09877"])
    assert browser.ask(search.format("q=needle1&status=flagged&check=hype&page=2")) < AGAIN, "by then it is read"
    assert browser.comes("#found", ["111 of 10,000 pieces"]) and browser.comes("#pager span", ["Page 2 of 6"])
    assert browser.ask(search.format("page=500")) < AGAIN
    assert browser.comes(IDS, [f"{at:05}" for at in range(9980, 10_000)])
    assert browser.ask("document.querySelector('#pager button:last-child').disabled")
    browser.click("#pager button:first-child")
    assert browser.comes(IDS, [f"{at:05}" for at in range(9960, 9980)]) and browser.ask("location.hash") == "#page=499"
    assert browser.comes("h3:focus", ["09960Product 9960"])
    browser.ask("void dispatchEvent(new Event('beforeprint'))")
    assert len(browser.texts(IDS)) == 500, "what is chosen is printed, and not 10,000 of it"
    browser.ask("void dispatchEvent(new Event('afterprint'))")
    assert len(browser.texts(IDS)) == 20
    assert browser.complaints == []


def test_a_page_is_readable_without_its_script(page: Path, browser: Chromium) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(page)
    browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.texts("noscript .id") == ALL and browser.texts("noscript li:nth-child(2) mark") == ["best", "👩‍👩‍👧"]
    assert browser.texts("noscript li:nth-child(5) .words")[0] == EVIL and not browser.texts("noscript img")
    assert browser.ask("document.querySelectorAll('.overview svg rect').length") > 10


def test_other_candidates_are_closed_until_somebody_asks(page: Path, browser: Chromium) -> None:
    first = "li:nth-child(1) .text .others"
    assert browser.texts(f"{first} summary") == ["2 other candidates"]
    assert not browser.ask(f"document.querySelector('{first} li').checkVisibility()")
    browser.click(f"{first} summary")
    assert browser.ask(f"document.querySelector('{first} li').checkVisibility()")
    assert browser.texts(f"{first} .words") == ["The best mug of all", EVIL], "as text, never as markup"
    assert browser.texts(f"{first} .finding.reject")[0].startswith("Refused")
    assert browser.texts(f"{first} .note")[-1] == "No complaint: another one was preferred"
    assert browser.texts("li:nth-child(1) .texts > .others summary") == ["lines[1]: 1 candidate, none taken"]
    assert browser.ask("document.title") == "spring & <b>co · shop/advert"
