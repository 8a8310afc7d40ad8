# SPDX-License-Identifier: GPL-2.0
"""One file over HTTP: with progress, checked, and continued after a break."""

import hashlib
import http.client
import sys
import time
import urllib.error
import urllib.request

from .common import Trouble, say

TRIES = 3


def digest(path, method="sha256"):
    """The hash of a file, in hexadecimal."""
    made = hashlib.new(method)
    with open(path, "rb") as handle:
        while block := handle.read(1 << 20):
            made.update(block)
    return made.hexdigest()


class _Progress:
    """A line that counts up on a terminal; elsewhere one every ten seconds."""

    def __init__(self, name, size):
        self._name, self._size = name, size
        self._live = sys.stderr.isatty()
        self._next = time.monotonic() + (0 if self._live else 10)

    def at(self, done):
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + (0.2 if self._live else 10)
        text = f"{self._name}: {done >> 20} of {self._size >> 20} MB"
        if self._live:
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()
        else:
            say(text)

    def end(self):
        if self._live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _more(opener, uri, part, size):
    """Ask for what is missing of a file and add it."""
    have = part.stat().st_size if part.exists() else 0
    if have >= size:
        have = 0
    request = urllib.request.Request(uri)
    if have:
        request.add_header("Range", f"bytes={have}-")
    with opener.open(request, timeout=60) as answer:
        if answer.status != 206:
            have = 0                # all of it, from the beginning
        progress = _Progress(part.name.removesuffix(".part"), size)
        with open(part, "r+b" if have else "wb") as out:
            out.seek(have)
            out.truncate()
            while block := answer.read(1 << 16):
                out.write(block)
                have += len(block)
                progress.at(have)
        progress.end()


def fetch(uri, target, size, method, wanted, proxy=None):
    """Fetch a file; what an earlier try left in TARGET.part is continued."""
    handlers = [urllib.request.ProxyHandler({"http": proxy, "https": proxy})] if proxy else []
    opener = urllib.request.build_opener(*handlers)
    part = target.with_name(target.name + ".part")
    for attempt in range(1, TRIES + 1):
        why = "it is cut off"
        try:
            _more(opener, uri, part, size)
        except (OSError, http.client.HTTPException) as error:
            why = str(error) or type(error).__name__
            if isinstance(error, urllib.error.HTTPError) and error.code in (404, 416):
                part.unlink(missing_ok=True)
        if part.exists() and part.stat().st_size >= size:
            if digest(part, method) == wanted:
                part.replace(target)
                return target
            part.unlink()
            why = "it is damaged"
        if attempt < TRIES:
            say(f"fetching {target.name}: {why}; trying again")
            time.sleep(2 * attempt)
    raise Trouble(f"cannot fetch {target.name}: {why}")
