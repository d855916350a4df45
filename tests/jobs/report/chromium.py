"""A headless Chromium and one page in it, spoken to over two pipes in its own protocol (CDP): no driver to install."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    "--remote-debugging-pipe",
)
PATIENCE = 60  # seconds


def found() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Chromium:
    """This is a browser with one page."""

    def __init__(self, program: str) -> None:
        self._home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        (commands, self._to), (self._from, answers) = os.pipe(), os.pipe()
        there = f'exec "$0" "$@" 3<&{commands} 4>&{answers}'
        words = ["bash", "-c", there, program, *FLAGS, f"--user-data-dir={self._home.name}", "about:blank"]
        self._process = subprocess.Popen(words, pass_fds=(commands, answers), stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self._number, self._rest, self._session = 0, b"", ""
        self.events: list[dict[str, Any]] = []
        targets = self.call("Target.getTargets")["targetInfos"]
        (target,) = [one["targetId"] for one in targets if one["type"] == "page"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for room in ("Page", "Runtime", "Log"):
            self.call(f"{room}.enable")

    def close(self) -> None:
        os.close(self._to)
        os.close(self._from)
        self._process.terminate()
        self._process.wait(20)
        self._home.cleanup()

    # -- what a person does -------------------------------------------------------------------------------------------

    def open(self, page: Path, address: str = "") -> None:
        """This opens a file and waits until it is loaded."""
        for url in ("about:blank", page.resolve().as_uri() + address):  # another address alone would load nothing
            self.events.clear()
            self.call("Page.navigate", url=url)
            self._until("Page.loadEventFired")

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def press(self, key: str, code: int, text: str = "") -> None:
        for kind in ("keyDown", "keyUp"):
            said = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **said)

    def click(self, selector: str) -> None:
        at = f"document.querySelector({json.dumps(selector)})"
        self.ask(f"{at}.scrollIntoView({{block: 'center'}})")
        x, y = self.ask(f"(r => [r.x + r.width / 2, r.y + r.height / 2])({at}.getBoundingClientRect())")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    # -- looking ------------------------------------------------------------------------------------------------------

    def look(self, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """This sets the window and the colour scheme the person prefers."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def ask(self, expression: str) -> Any:
        """This is what a JavaScript expression gives, as JSON."""
        said = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.ask(
            f"[...document.querySelectorAll({json.dumps(selector)})].map(one => one.textContent)"
        )
        return found

    def comes(self, selector: str, texts: list[str], seconds: float = 10) -> bool:
        """This says whether those texts are what is shown, now or before long."""
        until = time.monotonic() + seconds
        while (shown := self.texts(selector)) != texts and time.monotonic() < until:
            time.sleep(0.05)
        return shown == texts

    def screenshot(self, path: Path, *, scale: float = 1) -> bytes:
        """This is a picture of what the window shows, as PNG."""
        x, y, width, height = self.ask("[scrollX, scrollY, innerWidth, innerHeight]")
        clip = {"x": x, "y": y, "width": width, "height": height, "scale": scale}
        picture = base64.b64decode(self.call("Page.captureScreenshot", format="png", clip=clip)["data"])
        path.write_bytes(picture)
        return picture

    def pdf(self, path: Path) -> bytes:
        path.write_bytes(printed := base64.b64decode(self.call("Page.printToPDF")["data"]))
        return printed

    @property
    def complaints(self) -> list[str]:
        """This is what the page has logged or thrown since it was opened."""
        self.ask("0")
        told = [one["params"] for one in self.events if one["method"] in ("Log.entryAdded", "Runtime.exceptionThrown")]
        return [json.dumps(one) for one in told]

    # -- the protocol -------------------------------------------------------------------------------------------------

    def call(self, method: str, **params: Any) -> Mapping[str, Any]:
        self._number += 1
        said = {"id": self._number, "method": method, "params": params}
        message = json.dumps(said | ({"sessionId": self._session} if self._session else {})).encode() + b"\0"
        while message:
            message = message[os.write(self._to, message) :]
        while (answer := self._next()).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, answer["error"]
        result: Mapping[str, Any] = answer["result"]
        return result

    def _until(self, event: str) -> None:
        while not any(one.get("method") == event for one in self.events):
            self.events.append(self._next())

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert select.select([self._from], [], [], PATIENCE)[0], "the browser says nothing"
            read = os.read(self._from, 1 << 20)
            assert read, "the browser is gone"
            self._rest += read
        message, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(message)
        return told
