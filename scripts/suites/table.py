# SPDX-License-Identifier: GPL-2.0
"""What make check and make verify run.

The quick ones first, so that a mistake shows early. Documentation/verification.rst
has a section for each.
"""

import collections

# what: for the report; program: the folder here that is run, and what makes it this
# suite (netlink's is what generates); short: options of `make check`, None = left
# out; full: those of `make verify`, None = the same.
Suite = collections.namedtuple("Suite", "what program short full", defaults=["", None])

# Nothing in these depends on how long something takes.
SIDE_BY_SIDE = {
    # The sources.
    "source": Suite("the kernel's checkers of sources, and of patches to its tree",
                    "source", "", "--full"),
    "netlink": Suite("generated files against the netlink specification",
                     "scripts/generate --check"),
    "binding-check": Suite("devicetree binding, good and bad nodes", "binding-check"),
    "lint": Suite("static checkers: sparse, coccicheck, clang-tidy and others",
                  "lint", "--only ^(?!clang-tidy)", "--full"),
    "lint-faults": Suite("the checkers of sources, with seeded faults", "lint --seeds", None),

    # The circuits around the board.
    "hardware": Suite("the circuits of the guide, simulated over their corners; seeded faults",
                      "hardware", "", "--full"),

    # The decision, in userspace.
    "host-test": Suite("the decision in userspace, under an observer; seeded faults",
                       "host-test"),
    "coverage": Suite("MC/DC, branches and lines of the decision under its tests", "coverage"),
    "mutation": Suite("mutants of the decision, to be found by its tests",
                      "mutation", "--every 24", ""),
    "fuzz": Suite("the decision, properties and the tool, fuzzed",
                  "fuzz", "--seconds 10 --seed 1", "--seconds 300"),
    "fuzz-faults": Suite("the fuzzers, with seeded faults", "fuzz --faults", None),
    "proof": Suite("the rules of the decision, proved by induction",
                   "proof", "--short", "--all-lines"),
    "proof-faults": Suite("the rules, with seeded faults", "proof --faults", None),
    "proof-cover": Suite("what the proof reaches of the decision", "proof --cover", None),

    # Netlink.
    "ynl": Suite("the kernel's own netlink client against battguardctl",
                 "ynl", "--kernel 6.12", ""),
    "nlfuzz": Suite("malformed netlink messages on a kernel with KASAN",
                    "nlfuzz", "--count 30000", "--count 1000000"),

    # Kernels and compilers.
    "matrix": Suite("builds for all kernels and architectures; sizes", "matrix", "", "--full"),
    "packaging": Suite("builds, packages and tarball, as those call for them who embed it",
                       "packaging", "", "--long --kernel 6.12 --kernel 6.1"),
    "configs": Suite("builds without what the driver can do without",
                     "configs", None, "--full"),
}

ONE_BY_ONE = {
    # The driver in a kernel. To build one from source takes minutes: make check has
    # KUnit and gpio-sim on that of sanitize only.
    "kunit": Suite("KUnit suites in QEMU, with lockdep", "kunit", None,
                   "--kernel 6.12 --kernel 6.1"),
    "kunit-in-tree": Suite("KUnit suites in a kernel tree, by its kunit.py", "kunit --in-tree",
                           None, "--arch um --arch arm64 --arch x86_64"),
    "kunit-faults": Suite("the KUnit suites of the driver, with seeded faults",
                          "kunit-faults", None, "--full"),
    "simtest": Suite("end to end with gpio-sim, in warped time", "simtest", None),
    "hostile": Suite("controllers that fail, lie, hang and forget, on stock kernels", "hostile",
                     "--kernel 6.12", "--long"),
    "e2e": Suite("end to end on stock kernels, lines driven from outside", "e2e", "",
                 "--kernel 6.12 --kernel 6.1 --kernel 7.3"),
    "npcm": Suite("end to end on a board with the pin controller of an SoC",
                  "e2e --kernel npcm", None),
    "acpi": Suite("end to end on a PC, described by ACPI", "e2e --set acpi"),
    "suspend": Suite("end to end, suspended to RAM", "e2e --set suspend", "--kernel 6.12", ""),
    "sanitize": Suite("KUnit and more on kernels that check themselves; seeded faults",
                      "sanitize", "--short", ""),
    "gcov": Suite("lines and branches of the driver under its tests", "gcov", None),

    # What is told.
    "clients": Suite("programs of others that read the driver",
                     "clients", "--kernel 6.12 --config sanitize", ""),
    "tooltest": Suite("battguardctl on stock kernels", "tooltest", "--kernel 6.12", "--long"),
    "test-faults": Suite("tests of netlink, tool, suspend, hostile, packages: seeded faults",
                         "test-faults", None),
}

SUITES = {**SIDE_BY_SIDE, **ONE_BY_ONE}
