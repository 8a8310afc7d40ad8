# SPDX-License-Identifier: GPL-2.0
"""Checks of the import into a kernel tree, and of the series of patches.

The trees are laid out for this: directories that take files of ours are real, all
the rest are links into the unpacked sources.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lab import intree, srckernel
from lab.common import ROOT, Trouble

PERSON = "Jane Doe <jane.doe@example.org>"
LIST = "linux-pm@vger.kernel.org"
# A file of the tree, as texts name it.
PATH = re.compile(r"(?<![\w/.<-])(?:Documentation|drivers|include|scripts|tools|driver|kunit|"
                  r"dt-bindings)/[\w./-]*\w")
SERIES = ("6.12", "6.1", "7.3")


def lay_out(source, tree):
    """A tree with the files of the source, in which those that change are its own."""
    tree.mkdir()
    names = [*intree.sources(), *intree.files(source, None, ())]
    opened = sorted({parent for name in names for parent in Path(name).parents
                     if (source / parent).is_dir()})
    for folder in opened:
        if folder != Path("."):
            (tree / folder).unlink()
            (tree / folder).mkdir()
        for entry in (source / folder).iterdir():
            if not entry.name.startswith("."):
                (tree / folder / entry.name).symlink_to(entry)
    for name in names:
        if (source / name).exists():
            (tree / name).unlink()
            shutil.copyfile(source / name, tree / name)


def run(tree, *words):
    """(status, everything that a program says) in a tree."""
    done = subprocess.run([str(word) for word in words], cwd=tree, text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull,
                               "GIT_COMMITTER_NAME": "Jane Doe",
                               "GIT_COMMITTER_EMAIL": "jane.doe@example.org"})
    return done.returncode, done.stdout


def importer(*words):
    return run(ROOT, sys.executable, "-B", "scripts/import-into-tree", "--maintainer", PERSON,
               *words)


def check_import(checks, tree):
    """Import into a tree."""
    status, text = importer(tree)
    checks.ok(status == 0, "the driver is imported", text)
    again = importer(tree)
    checks.ok(again == (0, ""), "a second import changes nothing", again[1])

    home = tree / intree.HOME
    folders = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_dir()}
    checks.ok(folders == {"tests"}, "one directory, and one for the tests", folders)
    names = set(re.findall(r"^#define (bg_\w+|BG_\w+)",
                           (ROOT / intree.ALONE[0]).read_text(encoding="utf-8"), re.M))
    stray = re.compile(r"LINUX_VERSION_CODE|KERNEL_VERSION|linux/version\.h|compat\.h|__KERNEL__|"
                       r"KBUILD_EXTMOD|decision/|#include \"\.\./driver|\b(?:"
                       + "|".join(sorted(names)) + r")\b")
    found = [f"{path.relative_to(tree)}: {line}" for path in sorted(home.rglob("*"))
             if path.is_file() for line in path.read_text(encoding="utf-8").splitlines()
             if stray.search(line)]
    checks.ok(len(names) > 5 and not found, "nothing is left of other versions",
              "\n".join(found))
    named = {(name, path) for name in intree.sources() if (tree / name).exists()
             for path in PATH.findall((tree / name).read_text(encoding="utf-8"))
             if path != "tools/net/ynl"}        # 6.1 has none, yet
    missing = [f"{name}: {path}" for name, path in sorted(named) if not (tree / path).exists()]
    checks.ok(named and not missing, "each file that is named is there", "\n".join(missing))

    missing = uncovered(tree)
    checks.ok(not missing, "MAINTAINERS names every file", "\n".join(missing))


def uncovered(tree):
    """Files of ours that the entry in MAINTAINERS does not name."""
    text = (tree / "MAINTAINERS").read_text(encoding="utf-8")
    entry = re.search(r"^BATTERY GUARD DRIVER.*\n((?:[A-Z]:\t.*\n)+)", text, re.M)
    patterns = tuple(re.findall(r"^F:\t(.*)$", entry[1], re.M)) if entry else ()
    return [name for name in intree.sources() if (tree / name).exists() and
            not any(name == one or one.endswith("/") and name.startswith(one)
                    for one in patterns)]


def check_patch(checks, tree, patch, allowed):
    """One patch, in a tree to which those before it were applied."""
    # Out of sight of git it does not start the checker of licences for each file.
    _, text = run(tree, "env", "GIT_DIR=none", "perl", "scripts/checkpatch.pl", "--strict",
                  "--show-types", "--terse", "--showfile", "--no-summary", patch)
    own = {there: str(here.relative_to(ROOT)) for there, here in intree.sources().items()}
    wrong = []
    for line in text.splitlines():
        found = re.match(r"(\S+):\d+: (?:ERROR|WARNING|CHECK):([A-Z0-9_]+):", line)
        if not found or not allowed(found[2], own.get(found[1], found[1])):
            wrong.append(line)
    checks.ok(not wrong, f"checkpatch: {patch.name}", "\n".join(wrong))

    status, text = run(tree, "git", "am", "--quiet", patch)
    checks.ok(status == 0, f"git am: {patch.name}", text)

    status, text = run(tree, "perl", "scripts/get_maintainer.pl", "--no-git",
                       "--no-git-fallback", patch)
    wanted = [f"{PERSON} (maintainer:BATTERY GUARD DRIVER", LIST,
              "linux-kernel@vger.kernel.org"]
    if patch.name.startswith("0001"):
        wanted.append("devicetree@vger.kernel.org")
    wrong = [f"missing: {one}" for one in wanted if one not in text]
    wrong += [line for line in text.splitlines() if not re.search(r"@\S+ \(.*\)$", line)]
    wrong += [f"not in MAINTAINERS: {name}" for name in uncovered(tree)]
    checks.ok(status == 0 and not wrong, f"get_maintainer: {patch.name}", "\n".join(wrong))


def check_series(checks, tree, folder, allowed):
    """The patches for a tree; they are applied to it."""
    status, text = importer("--series", folder, tree)
    patches = sorted(folder.glob("*.patch"))
    checks.ok(status == 0 and len(patches) == 1 + len(intree.PARTS), "a series is made", text)
    checks.ok(not (tree / intree.HOME).exists(), "the series leaves the tree alone")
    again = importer("--series", folder, tree)
    checks.ok(again == (0, ""), "the same series is made again", again[1])
    cover = patches[0].read_text(encoding="utf-8") if patches else ""
    checks.ok(cover and "***" not in cover, "a cover letter with subject and text", cover)

    for words in (("init", "--quiet"), ("add", *intree.files(tree, PERSON, ())),
                  ("-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet",
                   "--message=tree")):
        run(tree, "git", *words)
    for patch in patches[1:]:
        check_patch(checks, tree, patch, allowed)
    _, said = run(tree, "perl", "scripts/get_maintainer.pl", "--self-test=sections,patterns")
    # The tree's own files are not known to git here.
    ours = {*intree.sources(), f"{intree.HOME}/"}
    wrong = [line for line in said.splitlines() if "BATTERY GUARD" in line
             or line.split("\t")[-1] in ours or not line.startswith("./MAINTAINERS:")]
    checks.ok("no file matches" in said and not wrong,
              "get_maintainer finds no fault with the entry", "\n".join(wrong))


def check(checks, series, allowed):
    """All checks for a series of kernels. allowed(type, file): may checkpatch say so?"""
    _, source = srckernel.source_tree(series)
    try:
        _check(checks, source, allowed)
    except Trouble as trouble:
        checks.ok(False, "runs to its end", trouble)


def _check(checks, source, allowed):
    with tempfile.TemporaryDirectory() as scratch:
        one, other = Path(scratch, "imported"), Path(scratch, "patched")
        lay_out(source, one)
        check_import(checks, one)
        lay_out(source, other)
        check_series(checks, other, Path(scratch, "patches"), allowed)
        files = intree.files(one, PERSON)
        wrong = [name for name, text in files.items() if not (other / name).is_file()
                 or (other / name).read_text(encoding="utf-8") != text]
        checks.ok(not wrong, "the patches together are the import", "\n".join(wrong))
