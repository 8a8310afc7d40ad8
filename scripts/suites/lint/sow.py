# SPDX-License-Identifier: GPL-2.0
"""Proves that the checkers work: they have to find the faults of seeds.py.

The faults for a checker are put into a copy of the project, the copy's own command
is run, and has to fail and to report each one.
"""

import contextlib
import pathlib
import re
import subprocess

from lab import suite
from lab.common import BUILD, run
from lab.seeds import copy, sown

from .seeds import SEEDS

MATRIX = ("matrix", "--series", "6.12", "--arch", "arm64")
COMMANDS = {
    **{name: ("lint", "--only", f"^{name}$")
       for name in ("sparse", "clang-tidy", "coccicheck", "gcc-analyzer", "cppcheck",
                    "shellcheck", "codespell", "yamllint", "mandoc")},
    "source": ("source",),
    "matrix": MATRIX,
    "modpost": MATRIX,
    "configs": ("configs", "--only", "NET=n|big-endian"),
    "binding": ("binding-check",),
    "netlink": ("scripts/generate", "--check"),
    "binding-schema": ("binding-check",),
}

def reap(name, command, report):
    """Run a command in a copy with all of its faults; a result for each of these."""
    top = BUILD / "lint/seeded" / name
    copy(top)
    # git takes it for a project of its own.
    run(["git", "init", "-q"], cwd=top)
    words, environment = suite.command(*command, top=top)
    with contextlib.ExitStack() as stack:
        for seed in SEEDS[name]:
            stack.enter_context(sown(seed.edits, top))
        done = subprocess.run(words, cwd=top, text=True, check=False, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              env={**environment, "BATTGUARD_BUILD": str(BUILD)})
    # The kernel's build asks for no plain quotation marks.
    lines = done.stdout.replace("\u2018", "'").replace("\u2019", "'").splitlines()
    for seed in SEEDS[name]:
        [(file, *_)] = seed.edits
        for text in seed.sight:
            # What a message names is the file, or something of the seed.
            good = any(text in line and ("seed" in line or pathlib.Path(file).name in line)
                       for line in lines) or _below(lines, text, pathlib.Path(file).stem)
            report.result(good, f"{name}: finds in {file}: {text}", "\n".join(lines[-25:]))
    report.result(done.returncode == 1, f"{name}: ends with status 1 with its seeds",
                  f"status {done.returncode}")


def _below(lines, text, stem):
    """Whether the text stands below a failed result, or a line of it, that names the fault."""
    failed = named = False
    for line in lines:
        if re.match(r"(not ok|ok) ", line):
            failed, named = line.startswith("not ok"), False
        named = named or stem in line or re.search(r"\bseed\b", line)
        if failed and named and text in line:
            return True
    return False


def reap_all(options, report):
    """All seeds, or those of the commands that --only asks for."""
    for name in sorted(set(SEEDS) ^ set(COMMANDS)):
        report.result(False, f"{name}: has seeds and a command")
    for name, command in COMMANDS.items():
        if name in SEEDS and re.search(options.only, name):
            reap(name, command, report)
