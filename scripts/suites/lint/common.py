# SPDX-License-Identifier: GPL-2.0
"""What the checkers have in common."""

import collections
import concurrent.futures
import os
import re
import subprocess

from lab import kernels
from lab.common import BUILD, ROOT, Trouble

Finding = collections.namedtuple("Finding", "path line text")

# A message of a compiler, and of most checkers.
MESSAGE = re.compile(r"(?P<path>/?[^\s:]+):(?P<line>\d+)(?::\d+)?(?:-\d+)?: (?P<text>.+)$")


def told(argv, cwd=None, good=(0,), env=None):
    """What a program said. Another status than the good ones is trouble."""
    try:
        done = subprocess.run([str(word) for word in argv], cwd=cwd, text=True, check=False,
                              errors="replace", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              # plain quotation marks, and nothing translated
                              env={**(env or os.environ), "LC_ALL": "C"})
    except FileNotFoundError:
        raise Trouble(f"{argv[0]} is missing") from None
    if good is not None and done.returncode not in good:
        tail = "\n".join(done.stdout.splitlines()[-30:])
        raise Trouble(f"{argv[0]}: status {done.returncode}\n{tail}")
    return done.stdout


def messages(text, top):
    """The findings in a program's words that are about files below a directory."""
    found = {}
    for line in text.splitlines():
        match = MESSAGE.match(line)
        if not match or match["text"].startswith("note: "):
            continue
        path = os.path.normpath(os.path.join(top, match["path"]))
        if path.startswith(f"{top}/"):
            finding = Finding(os.path.relpath(path, top), int(match["line"]), match["text"])
            found[finding] = None
    return list(found)


def sources(*folders):
    """The C sources of these directories, relative to the top."""
    return sorted(str(path.relative_to(ROOT)) for folder in folders
                  for path in (ROOT / folder).glob("*.c") if not path.name.endswith(".mod.c"))


def mirror(name):
    """A copy of the module's sources to build and to check in."""
    out = BUILD / "lint" / name
    kernels.copy_sources(out)
    return out


def split(items):
    """The items in as many parts as there are processors."""
    count = os.cpu_count() or 1
    return [part for part in (items[at::count] for at in range(count)) if part]


def side_by_side(job, parts):
    """The results of a function for each part, made at the same time."""
    with concurrent.futures.ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(job, parts))
