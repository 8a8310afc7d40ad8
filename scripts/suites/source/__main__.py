# SPDX-License-Identifier: GPL-2.0
"""Check the sources by the kernel's own checkers, and the project's rules.

checkpatch, kernel-doc and the ABI checker come with Debian's kernel source. The
driver is also imported into a kernel tree, and made a series of patches to it.
"""

import argparse
import os
import re
import subprocess

from lab import srckernel, tap
from lab.common import ROOT, main, setup, tracked

from . import imported

# What checkpatch may say, and why it stays.
ALLOWED = {
    # The binding is in dt-bindings/, not in the tree checkpatch looks into.
    "UNDOCUMENTED_DT_STRING": r"driver/core\.c",
    # The one file that is there to look at kernel versions.
    "LINUX_VERSION_CODE": r"driver/compat\.h",
    # KERNEL_VERSION() is taken for a constant that should be on the right.
    "CONSTANT_COMPARISON": r"driver/compat\.h",
    # Stands for nothing on kernels that lack the field.
    "MACRO_ARG_UNUSED": r"driver/compat\.h",
    # typeof() and a string's name do not evaluate their argument.
    "MACRO_ARG_REUSE": r"driver/(compat|sysfs)\.[ch]|kunit/",
    # Userspace has no kernel types: this is where they are made.
    "PREFER_KERNEL_TYPES": r"driver/decision/pure\.h|kunit/host/",
    # Nor has it ARRAY_SIZE(), and a fuzzer's entry has the name it has.
    "ARRAY_SIZE": r"kunit/(host/|timelines\.c)",
    "CAMELCASE|AVOID_EXTERNS": r"kunit/host/fuzz.*\.c|tools/fuzz/.*\.c",
    # Nor the kernel's macros for attributes.
    "PREFER_DEFINED_ATTRIBUTE_MACRO": r"tools/battguardctl\.h|kunit/host/shim/",
    # What a signal handler writes is volatile by the rules of C.
    "VOLATILE": r"tools/loop\.c",
    # A buffer that is written each time.
    "STATIC_CONST_CHAR_ARRAY": r"tools/main\.c",
    # The word that the GPIO library expects of a controller.
    "ENOTSUPP": r"kunit/bank\.c",
    # They are in a directory of MAINTAINERS; that all are is checked as well.
    "FILE_PATH_CHANGES": r"kunit/|drivers/power/supply/battguard/",
    # As the generator writes it.
    "LONG_LINE": r"driver/netlink-gen\.h",
    # Explanations of any length, in lines of some.
    "SPLIT_STRING": r"tools/spec\.c",
    # Lists of words: what is made of a word is the macro's that it is handed to, and the
    # kernel's trace events have such lists as well.
    "BRACKET_SPACE|COMPLEX_MACRO|MACRO_ARG_REUSE": r"driver/words\.h",
    "MACRO_ARG_UNUSED|TRAILING_SEMICOLON": r"driver/trace\.h",
    # Trace events are laid out like this in the whole kernel.
    "PARENTHESIS_ALIGNMENT|OPEN_ENDED_LINE": r"driver/trace\.h",
    # Macros that define a function, a file of sysfs or a step of a test.
    "COMPLEX_MACRO": r"driver/sysfs\.c|kunit/timelines\.c",
}
# Debian and Buildroot have other places for it: debian/copyright, and the .mk files.
NO_SPDX = re.compile(r"^(LICENSES/.*|MAINTAINERS|COPYING|CHANGES|VERSION|Documentation/ABI/.*|"
                     r"packaging/(debian|buildroot)/.*)$")
VERSION = re.compile(r"LINUX_VERSION_CODE|KERNEL_VERSION\(")


def output_of(argv, where=ROOT):
    done = subprocess.run(argv, cwd=where, capture_output=True, text=True, check=False,
                          env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
    return done.returncode, done.stdout + done.stderr


def allowed(kind, name):
    """May checkpatch say this of a file?"""
    return any(re.fullmatch(kinds, kind) and re.match(where, name)
               for kinds, where in ALLOWED.items())


def checkpatch(tree, name):
    """Complaints that are not allowed, as text."""
    complaints = []
    # Run in the kernel's tree: it leaves a cache where it runs.
    _, text = output_of(["perl", str(tree / "scripts/checkpatch.pl"), f"--root={tree}",
                         "--no-tree", "--strict", "--show-types", "--terse", "--no-summary",
                         "-f", str(ROOT / name)], tree)
    for line in text.splitlines():
        found = re.match(r".*:\d+: (?:ERROR|WARNING|CHECK):([A-Z0-9_]+):", line)
        line = line.removeprefix(f"{ROOT}/")
        if not found:
            complaints.append(line)
        elif not allowed(found[1], name):
            complaints.append(line)
    return "\n".join(complaints)


def impurities():
    """What the decision includes beside its own files. pure.h alone is between the worlds."""
    folder = ROOT / "driver/decision"
    own = {f'"{path.name}"' for path in folder.glob("*.h")}
    types = {f"<{name}.h>" for name in ("linux/bitops", "linux/limits", "linux/overflow",
                                        "linux/types", "stdbool", "stddef", "stdint")}
    return [f"{path.name}: {included}" for path in sorted(folder.glob("*.[ch]"))
            for included in re.findall(r"^\s*#\s*include\s+(\S+)", path.read_text(), re.M)
            if included not in own | (types if path.name == "pure.h" else set())]


# Where the tests that a table names are, and how one looks there; {} is its name.
NAMED = {
    "e2e": (r"^scripts/suites/e2e/.*\.py$", r"^@scenario\n(?:@.*\n)*def {}\("),
    "suspend": (r"^scripts/suites/e2e/suspend\.py$", r"^@scenario\n(?:@.*\n)*def {}\("),
    "simtest": (r"^scripts/suites/simtest/.*\.case$", r"^case {}$"),
    "hostile": (r"^scripts/suites/hostile/.*\.case$", r"^case {}$"),
    "tooltest": (r"^scripts/suites/tooltest/.*\.py$", r"^@(?:\w+_)?scenario\ndef {}\("),
    "kunit": (r"^kunit/\w+\.c$", r"KUNIT_CASE(?:_PARAM)?\({}[,)]|^\t{{ \"{}\","),
    "proof": (r"^scripts/suites/proof/broken\.py$", r"\(\"{}\","),
}


def untested():
    """Tests in the table of hazards that do not exist."""
    text = (ROOT / "Documentation/safety.rst").read_text(encoding="utf-8")
    tests = [re.sub(r"\s+", " ", words) for words in
             re.findall(rf"``((?:{'|'.join(NAMED)}): [^`]+)``", text)]
    missing = [] if len(tests) > 40 else [f"only {len(tests)} tests are named"]
    for test in tests:
        suite, name = test.split(": ", 1)
        where, pattern = NAMED[suite]
        pattern = pattern.replace("{}", re.escape(name)).replace("{{", "{")
        if not any(re.search(pattern, (ROOT / path).read_text(encoding="utf-8"), re.M)
                   for path in tracked(where)):
            missing.append(test)
    return missing


def explains(program):
    """Does it say how it is used, when it is asked to, and do nothing else?"""
    status, text = output_of([str(program), "--help"])
    return status == 0 and re.search(r"\b[Uu]sage: ", text)


def run():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true",
                        help="the import into trees of every series of kernels")
    options = parser.parse_args()
    setup("base", "source")
    _, tree = srckernel.source_tree("6.12")
    checks = tap.Checks("source")

    for name in tracked(r"^(driver|include|kunit|tools)/.*\.[ch]$"):
        found = checkpatch(tree, name)
        checks.ok(not found, f"checkpatch: {name}", found)
        if not name.startswith(("driver/", "include/")):
            continue
        status, text = output_of(["perl", str(tree / "scripts/kernel-doc"), "-none",
                                  "-Werror", "-Wall", name])
        checks.ok(status == 0 and not text.strip(), f"kernel-doc: {name}", text)

    status, text = output_of(["perl", str(tree / "scripts/get_abi.pl"), "--dir",
                              "Documentation/ABI", "validate"])
    checks.ok(status == 0 and not text.strip(), "ABI documents", text)

    missing = [name for name in tracked(r"") if not NO_SPDX.match(name)
               and "SPDX-License-Identifier:" not in
               (ROOT / name).read_text(errors="replace")[:600]]
    checks.ok(not missing, "every file names its licence", "\n".join(missing))

    stray = [name for name in tracked(r"^(driver|kunit)/") if name != "driver/compat.h"
             and VERSION.search((ROOT / name).read_text(errors="replace"))]
    checks.ok(not stray, "only driver/compat.h looks at kernel versions", "\n".join(stray))

    missing = untested()
    checks.ok(not missing, "every test that safety.rst names exists", "\n".join(missing))

    silent = [name for name in tracked(r"^scripts/[^/]+$") if not explains(ROOT / name)]
    checks.ok(not silent, "every program in scripts/ explains itself", "\n".join(silent))

    impure = impurities()
    checks.ok(not impure, "the decision includes nothing but itself", "\n".join(impure))
    report = tap.Report()
    report.tell(checks)
    for series in imported.SERIES if options.full else ("6.12",):
        checks = tap.Checks(f"in a tree of {series}")
        imported.check(checks, series, allowed)
        report.tell(checks)
    return report.end()


if __name__ == "__main__":
    main(run)
