# SPDX-License-Identifier: GPL-2.0
"""Proves that the checkers work: they have to find faults that are put in.

Each directory of seeds is for one command. Its seeds are put into a copy of the
project, the copy's own command is run, and has to fail and to tell of each one.

A seed's first lines say what it is: "into: PATH" names the file that the rest
is added to, "expect: TEXT" what must be said on a line that names that file, and
"replace: OLD => NEW" changes the file instead.
"""

import collections
import pathlib
import re
import shutil
import subprocess

from lab import suite
from lab.common import BUILD, ROOT, Trouble

from .common import told, tracked

SEEDS = pathlib.Path(__file__).resolve().parent / "seeds"
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
    "binding-schema": ("binding-check",),
}

Seed = collections.namedtuple("Seed", "name into expect replace body")


def read(path):
    """A seed; Trouble when it does not say what it is for."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    words = collections.defaultdict(list)
    for line in head.splitlines():
        match = re.match(r"\W*(into|expect|replace): (.+)$", line)
        if match:
            words[match[1]].append(match[2])
    if len(words["into"]) != 1 or not words["expect"] or bool(body) == bool(words["replace"]):
        raise Trouble(f"{path.name} is no seed")
    return Seed(path.name, words["into"][0], words["expect"], words["replace"], body)


def copy(into):
    """A copy of the project that git takes for one."""
    shutil.rmtree(into, ignore_errors=True)
    for name in tracked(r""):
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, into / name)
    told(["git", "init", "-q"], into)


def sow(seed, top):
    """Put a seed into the copy."""
    path = top / seed.into
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for change in seed.replace:
        old, new = change.split(" => ")
        if old not in text:
            raise Trouble(f"{seed.name}: no '{old}' in {seed.into}")
        text = text.replace(old, new, 1)
    if seed.body:
        # YAML's end of a document would hide what follows.
        text = text.removesuffix("...\n") + ("\n" if text else "") + seed.body
    path.write_text(text, encoding="utf-8")


def reap(seeded, command, results):
    """Run a command in a copy with its seeds; a result for each of these."""
    seeds = [read(path) for path in sorted((SEEDS / seeded).iterdir())]
    top = BUILD / "lint/seeded" / seeded
    copy(top)
    for seed in seeds:
        sow(seed, top)
    words, environment = suite.command(*command, top=top)
    done = subprocess.run(words, cwd=top, text=True, check=False,
                          errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          env={**environment, "BATTGUARD_BUILD": str(BUILD)})
    # The kernel's build asks for no plain quotation marks.
    lines = done.stdout.replace("\u2018", "'").replace("\u2019", "'").splitlines()
    for seed in seeds:
        for text in seed.expect:
            path = pathlib.Path(seed.into)
            # What a message names is the file, or something of the seed.
            good = any(text in line and ("seed" in text or path.name in line)
                       for line in lines) or _below(lines, text, path.stem)
            results.tell(good, f"{seeded}: finds {seed.name}: {text}",
                         "\n".join(lines[-25:]))
    results.tell(done.returncode == 1, f"{seeded}: ends with status 1 with its seeds",
                 f"status {done.returncode}")


def _below(lines, text, stem):
    """Whether the text stands below a failed result, or a line of it, that names the file."""
    failed = named = False
    for line in lines:
        if re.match(r"(not ok|ok|FAIL|PASS) ", line):
            failed, named = line.startswith(("not ok", "FAIL")), False
        named = named or stem in line
        if failed and named and text in line:
            return True
    return False


def run(options, results):
    """All seeds, or those of the commands that --only asks for."""
    known = {path.name for path in SEEDS.iterdir()}
    for name in sorted(known ^ set(COMMANDS)):
        results.tell(False, f"{name}: has seeds and a command")
    for name, command in COMMANDS.items():
        if name in known and re.search(options.only, name):
            reap(name, command, results)
