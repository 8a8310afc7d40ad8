# SPDX-License-Identifier: GPL-2.0
"""Checkers of what runs in userspace: the tool, and the host's tests."""

import json
import re

from lab import trees
from lab.common import BUILD, ROOT

from .common import messages, side_by_side, sources, split, told

TIDY = ",".join((
    "-*", "clang-analyzer-*", "bugprone-*",
    # memset_s() and the like: the C library has none
    "-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling",
    # two ints beside each other, in whatever function
    "-bugprone-easily-swappable-parameters",
    # _GNU_SOURCE and the driver's names
    "-bugprone-reserved-identifier",
    # int for a bounded size
    "-bugprone-narrowing-conversions",
    # names of members and types, which cannot be in parentheses
    "-bugprone-macro-parentheses",
    # strcmp() by itself for "differs", as in the kernel
    "-bugprone-suspicious-string-compare",
))
PLAY = ("player", "timeline", "timelines")
STATES = ("proof/valid", "proof/agree")
# The order is that of the makefile: what stands in for the kernel's comes first.
INCLUDED = ("kunit/host/shim", "driver/decision", "driver", "kunit", "kunit/host", "kunit/proof")


def programs():
    """{source: its compiler flags} of all that is compiled for userspace."""
    nl = told(["pkg-config", "--cflags", "libnl-genl-3.0", "libnl-3.0"]).split()
    tool = ["-std=gnu11", "-D_GNU_SOURCE", '-DVERSION="0"', f"-I{ROOT}/include/uapi", *nl]
    host = ["-std=gnu11", *(f"-I{ROOT}/{name}" for name in INCLUDED)]
    flags = {name: tool for name in sources("tools")}
    names = [*sources("kunit/host", "driver/decision"),
             *(f"kunit/{name}.c" for name in (*PLAY, *STATES))]
    flags.update({name: host for name in names})
    return flags


def analyzer():
    """gcc's analyzer, with its warnings."""
    flags = programs()

    def check(names):
        return "\n".join(told(["gcc", *flags[name], "-Wall", "-Wextra", "-O2", "-fanalyzer",
                               "-c", "-o", "/dev/null", ROOT / name]) for name in names)

    text = "\n".join(side_by_side(check, split(sorted(flags))))
    return messages(text, str(ROOT)), set(flags), set(flags)


def tidy():
    """clang's analyzer and clang-tidy."""
    flags = programs()
    place = BUILD / "lint/user"
    place.mkdir(parents=True, exist_ok=True)
    (place / "compile_commands.json").write_text(json.dumps([
        {"directory": str(ROOT), "file": str(ROOT / name),
         "arguments": ["clang", *words, "-c", str(ROOT / name)]}
        for name, words in flags.items()]), encoding="utf-8")

    def check(names):
        return told([f"clang-tidy-{trees.CLANG}", "-p", place, "--quiet", f"--checks={TIDY}",
                     f"--header-filter=^{re.escape(str(ROOT))}/",
                     *(ROOT / name for name in names)], good=(0, 1))

    text = "\n".join(side_by_side(check, split(sorted(flags))))
    return messages(text, str(ROOT)), set(flags), set(flags)


def cppcheck():
    """cppcheck, its style apart."""
    flags = programs()
    text = told(["cppcheck", "--enable=warning,performance,portability", "--std=c11",
                 "--template={file}:{line}: {severity}: {message} [{id}]",
                 "--template-location=", "--library=posix", "-D__GNUC__",
                 "--suppress=missingIncludeSystem", f"-I{ROOT}/include/uapi",
                 *(f"-I{ROOT}/{name}" for name in INCLUDED), *sorted(flags)], cwd=ROOT)
    looked = set(re.findall(r"^Checking (\S+?)(?:: .*)? \.\.\.$", text, re.M))
    return messages(text, str(ROOT)), looked, set(flags)
