# SPDX-License-Identifier: GPL-2.0
"""Seeded faults: changes of a source that a check has to see.

A suite has a table of them. How its check is run is the suite's own business, and
the rest is here. A fault that goes unseen, that does not build, or whose text is
not in the source just once, is a failure of the tests.
"""

import concurrent.futures
import contextlib
import dataclasses
import shutil

from .common import ROOT, Trouble, tracked


@dataclasses.dataclass(frozen=True)
class Seed:
    """A fault: what it does, where, and what has to see it."""

    name: str
    edits: tuple            # (file below the project, text in it, what comes in its place)
    sight: object = None    # the check that has to see it, in the words of its suite


def table(rows, folder=""):
    """Seeds of (name, file below a folder, text, what comes in its place, check that sees it)."""
    return [Seed(name, ((folder + file, old, new),), *sight)
            for name, file, old, new, *sight in rows]


def changed(edits, top=ROOT):
    """{file: its text with the fault in it}. No text in its place: the fault is added."""
    texts = {}
    for file, old, new in edits:
        path = top / file
        text = texts.get(file, path.read_text(encoding="utf-8") if path.exists() else "")
        if old is None:
            # What ends a document of YAML would hide what follows.
            texts[file] = text.removesuffix("...\n") + ("\n" if text else "") + new
        elif text.count(old) == 1:
            texts[file] = text.replace(old, new)
        else:
            raise Trouble(f"its text is {text.count(old)} times in {file}")
    return texts


@contextlib.contextmanager
def sown(edits, top):
    """A copy of the project has the fault in it as long as this lasts."""
    texts = changed(edits, top)
    before = {file: (top / file).read_text(encoding="utf-8") for file in texts}
    try:
        for file, text in texts.items():
            (top / file).write_text(text, encoding="utf-8")
        yield
    finally:
        for file, text in before.items():
            (top / file).write_text(text, encoding="utf-8")


def copy(into):
    """A copy of the project."""
    shutil.rmtree(into, ignore_errors=True)
    for name in tracked():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        # Newer than what another fault has left in a build folder.
        shutil.copy(ROOT / name, into / name)


def run(report, seeds, seen, workers=1):
    """A result for each seed; seen(seed) gives whether it is seen, and what was said."""
    def ask(seed):
        try:
            return seen(seed)
        except Trouble as trouble:
            return False, trouble

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for seed, (good, said) in zip(seeds, pool.map(ask, seeds)):
            by = str(said).strip().splitlines()[:1] if good else ()
            report.result(good, f"fault: {seed.name}" + "".join(f" ({line})" for line in by), said)
