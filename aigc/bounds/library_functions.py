"""The functions of Python's own library that everything here stands on: a plugin that replaces one, or takes it away,
is named, and the function is put back.

    before = LibraryFunctions()
    …                                        # others' code is at work
    before.put_back("check 'polite'")

They are the names that Python itself has, and what files, JSON and clocks are made with: not all there are,
for they are looked at after each call.
"""

from __future__ import annotations

import builtins
import enum
import hashlib
import io
import json
import locale
import logging
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import warnings
from operator import itemgetter
from typing import Any

log = logging.getLogger(__name__)

FUNCTIONS: dict[Any, str] = {
    os: "open close fsync fstat stat lstat rename replace unlink mkdir rmdir listdir scandir walk getcwd umask getpid"
    " fspath fsencode fsdecode dup dup2 closerange fork kill",
    os.path: "join exists isfile isdir samestat",
    io: "open StringIO BytesIO",
    json: "dump dumps load loads JSONEncoder JSONDecoder _default_encoder _default_decoder",
    json.encoder: "c_make_encoder encode_basestring_ascii encode_basestring",
    json.JSONEncoder: "encode iterencode",
    json.JSONDecoder: "decode raw_decode",
    time: "time monotonic perf_counter sleep",
    re: "compile match search fullmatch findall finditer split sub escape Pattern Match",
    enum.EnumMeta: "__call__ __getitem__ __iter__",
    hashlib: "sha256 file_digest",
    shutil: "copyfile rmtree",
    tempfile: "mkdtemp TemporaryFile",
    threading: "get_ident current_thread main_thread Thread Lock RLock Condition Event",
    signal: "signal getsignal setitimer getitimer",
    sys: "getrecursionlimit setrecursionlimit exc_info",
    locale: "setlocale getlocale",
    logging: "getLogger disable",
    logging.Logger: "debug info warning error exception log handle callHandlers isEnabledFor",
    logging.Handler: "handle acquire release",
    warnings: "warn resetwarnings",
    pathlib.Path: "open stat lstat exists is_file is_dir mkdir unlink rename replace resolve read_bytes read_text",
}
PLACES = [
    (owner, [name for name in text.split() if name in vars(owner)])  # some are not on every platform
    for owner, text in FUNCTIONS.items()
]
LOOKS = [(vars(owner), itemgetter(*names)) for owner, names in PLACES]
NAMES, FAILED = vars(builtins), Exception  # whatever their names mean when they are needed
SHOWN = 5  # names told


def watch(owner: Any, names: str) -> None:
    """Look at some more functions from now on, of what one of our rooms stands on."""
    PLACES.append((owner, names.split()))
    LOOKS.append((vars(owner), itemgetter(*names.split())))


_told: set[str] = set()  # who was named, and for what


class LibraryFunctions:
    """These are the functions as they are now."""

    __slots__ = ("_held", "_names", "_update")

    def __init__(self) -> None:
        self._names, self._update = NAMES.copy(), NAMES.update
        self._held = [get(place) for place, get in LOOKS]

    def put_back(self, who: str = "") -> None:
        """Put back what was replaced or taken away since, and name who did that, once."""
        try:
            looks = LOOKS[: len(self._held)]
            same = [*NAMES.values()] == [*self._names.values()] and [get(place) for place, get in looks] == self._held
        except FAILED:  # one is gone, or is compared by somebody's own code
            same = False
        if not same:
            self._mend(who or "a plugin")

    def _mend(self, who: str) -> None:
        names = self._names
        changed = [f"builtins.{name}" for name in names if NAMES.get(name, NAMES) is not names[name]]
        self._update(names)  # nothing can be called by its name before
        for (owner, known), functions in zip(PLACES, self._held, strict=False):
            for name, function in zip(known, functions, strict=True):
                if vars(owner).get(name) is not function:
                    changed.append(f"{owner.__name__}.{name}")
                    setattr(owner, name, function)
        if changed:
            _tell(who, changed)


def _tell(who: str, changed: list[str]) -> None:
    more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
    tell_once(
        f"{who}: {', '.join(changed[:SHOWN])}{more} of Python's own was replaced, for everybody; that is put back"
    )


def tell_once(told: str) -> None:
    """Log a warning, unless it was before."""
    if told not in _told:
        _told.add(told)
        log.warning("%s", told)
