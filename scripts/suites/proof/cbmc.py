# SPDX-License-Identifier: GPL-2.0
"""CBMC, the bounded model checker, from a newer Debian than the machine's.

It is unpacked below the build directory and started by the loader and with the
libraries of its own release.
"""

import json
import pathlib
import re
import signal
import subprocess

from lab import debian
from lab.common import BUILD, Trouble

PACKAGES = ["cbmc", "libc6", "libstdc++6", "libgcc-s1", "minisat", "zlib1g"]
SUITE = "trixie-backports"
LIBRARIES = "usr/lib/x86_64-linux-gnu"


class Cbmc:
    """Starts the tools of CBMC."""

    def __init__(self):
        self.root = BUILD / "cbmc"
        for deb in debian.fetch(PACKAGES, "amd64", SUITE):
            debian.unpack(deb, self.root)

    def start(self, tool, *words, seconds=None):
        """(exit status, output); status None when it took too long.

        seconds: of the processor, so that a busy machine decides the same.
        """
        libraries = self.root / LIBRARIES
        argv = [libraries / "ld-linux-x86-64.so.2", "--library-path",
                f"{libraries}:{self.root / 'usr/lib'}", self.root / "usr/bin" / tool, *words]
        limit = ["prlimit", f"--cpu={seconds}"] if seconds else []
        done = subprocess.run([*limit, *(str(word) for word in argv)], text=True, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            return None, ""
        return done.returncode, done.stdout

    def compile(self, sources, options, function, to):
        """Make a program that starts at a function."""
        pathlib.Path(to).parent.mkdir(parents=True, exist_ok=True)
        status, text = self.start("goto-cc", *options, "--function", function, "-o", to, *sources)
        if status:
            raise Trouble(f"does not compile for CBMC:\n{text}")
        return to

    def ask(self, program, *words, seconds=None):
        """The messages of a run, as a dictionary of all that they hold."""
        status, text = self.start("cbmc", program, *words, "--json-ui", seconds=seconds)
        if status is None:
            return None
        try:
            messages = json.loads(text[text.index("["):])
        except ValueError:
            raise Trouble(f"CBMC broke off ({status}):\n{text[-2000:]}") from None
        answer = {}
        for message in messages:
            answer.update(message)
            if message.get("messageType") == "ERROR":
                raise Trouble(f"CBMC: {message['messageText']}")
        return answer


def place(location):
    """file:line of what CBMC speaks of."""
    name = re.sub(r".*/(driver|kunit)/", r"\1/", location.get("file", "?"))
    return f"{name}:{location.get('line', '?')}"
