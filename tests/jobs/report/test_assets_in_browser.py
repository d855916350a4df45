"""Files of pieces in the report: pictures that load, sound and video that can be played, from the folder beside it."""

from __future__ import annotations

import io
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from aigc.content import ContentType
from aigc.jobs import write_report
from aigc.ledger import opened_ledger
from aigc.types import Asset

from .chromium import Chromium, found
from .conftest import piece, png, write_ledger

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"><rect width="60" height="30" fill="teal"/></svg>'
EVIL = '"><img src=x onerror="document.title=\'owned\'">.png'


def sound() -> bytes:
    """Return a tenth of a second of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 800, "NONE", ""))
        out.writeframes(bytes(1600))
    return file.getvalue()


def test_they_are_shown_and_can_be_played(tmp_path: Path, advert: ContentType) -> None:
    assets = (
        Asset.of("dot.png", "image/png", png(200)),
        Asset.of("card #1.svg", "image/svg+xml", SVG),
        Asset.of("voice.wav", "audio/wav", sound()),
        Asset.of("notes.txt", "text/plain", b"notes"),
        Asset.of(EVIL, "image/png", png(201)),
    )
    folder = write_ledger(tmp_path / "job", [replace(piece("0001"), assets=assets), piece("0002")])
    with opened_ledger(folder) as ledger:
        page = write_report(folder, ledger, advert)
    program = found()
    assert program, "these tests need Chromium: apt-get install chromium"
    browser = Chromium(program)
    try:
        browser.look()
        browser.open(page)
        assert browser.comes("figure.asset figcaption bdi", [asset.name for asset in assets])
        images = "[...document.querySelectorAll('.asset img')]"
        assert browser.ask(f"Promise.all({images}.map(i => i.decode().then(() => i.naturalWidth)))") == [1, 60, 1]
        heard = "new Promise(known => { voice.onloadedmetadata = () => known(voice.duration); voice.load(); })"
        assert browser.ask(f"(voice => {heard})(document.querySelector('audio'))") == 0.1
        assert browser.ask("document.querySelector('.asset a').getAttribute('href').startsWith('assets/')")
        assert browser.ask("document.querySelectorAll('article')[1].querySelectorAll('.asset').length") == 0
        assert browser.ask("document.title") != "owned"
        assert browser.complaints == []
    finally:
        browser.close()
