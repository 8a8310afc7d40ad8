# SPDX-License-Identifier: GPL-2.0
"""What all of the lab shares: where things are, and how trouble is told."""

import contextlib
import fcntl
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Everything fetched or built lives below one ignored directory. Several clean
# clones may share it, hence the variable.
BUILD = pathlib.Path(os.environ.get("BATTGUARD_BUILD") or ROOT / "build").absolute()


class Trouble(Exception):
    """Something the user must know in one line, without a traceback."""


def say(text):
    """Tell of progress; standard output is left to results."""
    print(text, file=sys.stderr, flush=True)


def run(argv, **options):
    """Run a command quietly; when it fails, its last words are the trouble."""
    try:
        done = subprocess.run([str(word) for word in argv], text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, **options)
    except FileNotFoundError:
        raise Trouble(f"the tool '{argv[0]}' is missing; scripts/setup installs it") from None
    if done.returncode:
        tail = "\n".join(done.stdout.strip().splitlines()[-40:])
        raise Trouble(f"'{' '.join(map(str, argv))}' failed ({done.returncode}):\n{tail}")
    return done.stdout


def tracked(pattern=""):
    """The project's files whose names match, relative to the top."""
    listing = run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT)
    return [name for name in listing.splitlines()
            if re.search(pattern, name) and (ROOT / name).is_file()]


def clean_environment(**variables):
    """The environment for a make, which must not see what a make that called us was told."""
    left_out = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "ARCH", "CROSS_COMPILE",
                "KERNEL_SRC", "KDIR", "M", "O", "KBUILD_OUTPUT", "INSTALL_MOD_PATH")
    return {**{key: value for key, value in os.environ.items() if key not in left_out},
            **variables}


def make(where, *words, **variables):
    """Run make in a folder, with these variables in its environment; what it said."""
    return run(["make", "-C", where, *words], env=clean_environment(**variables))


def guest_program(name, *sources):
    """A program for the guests (arm64, static), compiled when a source is newer."""
    setup("base", "cross")
    out = BUILD / "userland" / name
    with lock(name):
        if not out.exists() or out.stat().st_mtime < max(path.stat().st_mtime for path in sources):
            out.parent.mkdir(parents=True, exist_ok=True)
            run(["aarch64-linux-gnu-gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-static",
                 "-o", out, *(path for path in sources if path.suffix == ".c")])
    return out


def setup(*groups):
    """Install what is missing (or learn its name): scripts/setup GROUP..."""
    if subprocess.run([str(ROOT / "scripts/setup"), *groups],
                      stdin=subprocess.DEVNULL, check=False).returncode:
        raise Trouble(f"tools are missing: see above (scripts/setup {' '.join(groups)})")


@contextlib.contextmanager
def lock(name):
    """One process at a time for work on a shared part of the build directory."""
    path = BUILD / f".{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main(entry):
    """Run a command line's entry: trouble is one line and status 1."""
    try:
        sys.exit(entry() or 0)
    except Trouble as trouble:
        say(f"error: {trouble}")
        sys.exit(1)
    except KeyboardInterrupt:
        say("interrupted")
        sys.exit(130)
