# SPDX-License-Identifier: GPL-2.0
"""What make check and make verify run.

The quick ones first, so that a mistake shows early. Documentation/verification.rst
has a section for each.
"""

import collections

# what: for the report; short: the command of `make check`, None = left out;
# full: that of `make verify`, None = the same.
Suite = collections.namedtuple("Suite", "what short full", defaults=[None])

# Nothing in these depends on how long something takes.
SIDE_BY_SIDE = {
    # The sources.
    "source": Suite("the kernel's checkers of sources", "scripts/check-source"),
    "netlink": Suite("generated files against the netlink specification",
                     "scripts/generate --check"),
    "binding-check": Suite("devicetree binding, good and bad nodes", "scripts/check-binding"),
    "lint": Suite("static checkers: sparse, coccicheck, clang-tidy and others",
                  "scripts/lint.py --only ^(?!clang-tidy)", "scripts/lint.py --full"),
    "lint-faults": Suite("the checkers of sources, with seeded faults", None,
                         "scripts/lint.py --seeds"),

    # The decision, in userspace.
    "host-test": Suite("the decision in userspace, under an observer; seeded faults",
                       "scripts/host-test"),
    "coverage": Suite("MC/DC, branches and lines of the decision under its tests",
                      "scripts/coverage"),
    "mutation": Suite("mutants of the decision, to be found by its tests",
                      "kunit/host/mutate.py --every 12", "kunit/host/mutate.py"),
    "fuzz": Suite("the decision, properties and the tool, fuzzed",
                  "scripts/fuzz --seconds 15 --seed 1", "scripts/fuzz --seconds 300"),
    "fuzz-faults": Suite("the fuzzers, with seeded faults", None, "scripts/fuzz --faults"),
    "proof": Suite("the rules of the decision, proved by induction",
                   "scripts/prove", "scripts/prove --all-lines"),
    "proof-faults": Suite("the rules, with seeded faults", None, "scripts/prove --faults"),
    "proof-cover": Suite("what the proof reaches of the decision", None, "scripts/prove --cover"),

    # Netlink.
    "ynl": Suite("the kernel's own netlink client against battguardctl",
                 "scripts/ynltest.py --kernel 6.12", "scripts/ynltest.py"),
    "nlfuzz": Suite("malformed netlink messages on a kernel with KASAN",
                    "scripts/nlfuzz.py --count 30000",
                    "scripts/nlfuzz.py --count 1000000"),

    # Kernels and compilers.
    "matrix": Suite("builds for all kernels and architectures; sizes",
                    "scripts/build-matrix.py", "scripts/build-matrix.py --full"),
    "configs": Suite("builds without what the driver can do without",
                     None, "scripts/build-configs.py --full"),
}

ONE_BY_ONE = {
    # The driver in a kernel. To build one from source takes minutes: make check has
    # KUnit and gpio-sim on that of sanitize only.
    "kunit": Suite("KUnit suites in QEMU, with lockdep", None,
                   "scripts/run-kunit.py --kernel 6.12 --kernel 6.1"),
    "kunit-in-tree": Suite("KUnit suites in a kernel tree, by its kunit.py", None,
                           "scripts/run-kunit.py --in-tree --arch um --arch arm64 "
                           "--arch x86_64"),
    "kunit-faults": Suite("the KUnit suites of the driver, with seeded faults",
                          None, "scripts/kunit-faults.py --full"),
    "simtest": Suite("end to end with gpio-sim, in warped time", None, "scripts/simtest.py"),
    "e2e": Suite("end to end on stock kernels, lines driven from outside", "scripts/e2e.py",
                 "scripts/e2e.py --kernel 6.12 --kernel 6.1 --kernel 7.3"),
    "npcm": Suite("end to end on a board with the pin controller of an SoC", None,
                  "scripts/e2e.py --kernel npcm"),
    "acpi": Suite("end to end on a PC, described by ACPI", "scripts/e2e.py --set acpi"),
    "suspend": Suite("end to end, suspended to RAM",
                     "scripts/e2e.py --set suspend --kernel 6.12", "scripts/e2e.py --set suspend"),
    "sanitize": Suite("KUnit and more on kernels that check themselves; seeded faults",
                      "scripts/sanitize.py --short", "scripts/sanitize.py"),
    "gcov": Suite("lines and branches of the driver under its tests", None, "scripts/gcov.py"),

    # What is told.
    "clients": Suite("programs of others that read the driver",
                     "scripts/clients.py --kernel 6.12 --config sanitize", "scripts/clients.py"),
    "tooltest": Suite("battguardctl on stock kernels",
                      "scripts/tooltest.py --kernel 6.12", "scripts/tooltest.py --long"),
    "test-faults": Suite("the tests of netlink, the tool and suspend, with seeded faults", None,
                         "scripts/testseeds.py"),
}

SUITES = {**SIDE_BY_SIDE, **ONE_BY_ONE}
