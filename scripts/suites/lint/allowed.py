# SPDX-License-Identifier: GPL-2.0
"""What the checkers say and stays, each with the reason.

A line that nothing matches any more fails the run in which its checker ran.
"""

import collections
import re

# where: what is looked at when it is said, such as "for 6.1 "; seen in the long form only.
Allowed = collections.namedtuple("Allowed", "checker path text why where", defaults=[""])

ALLOWED = (
    Allowed("sparse", r"(driver|kunit)/\w+\.c", r"error: bad constant expression",
            "7.3's macros that describe a module assert a length that sparse cannot tell", r"for 7\.3 "),
    Allowed("clang-tidy", r"driver/psy\.c", r"Value stored to 'n' is never read",
            "the loop is empty where the class tells the design itself"),
    Allowed("clang-tidy", r"kunit/size_kunit\.c", r"suspicious usage of 'sizeof\(sizeof",
            "inside the kernel's roundup_pow_of_two()"),
    Allowed("clang-tidy", r"kunit/(act|bind|tell)_kunit\.c", r"bugprone-assignment-in-if",
            "BOARD_WAIT() is a loop, which KUnit's macros make a condition"),
    Allowed("clang-tidy", r"driver/trace\.h", r"bugprone-(assignment-in-if|sizeof-expression)",
            "inside the kernel's macros that lay out a trace event"),
    Allowed("clang-tidy", r"kunit/\w+_kunit\.c", r"bugprone-casting-through-void",
            "inside 6.1's macros for properties of a device", r"for 6\.1 "),
    Allowed("clang-tidy", r"driver/trace\.h", r"bugprone-casting-through-void",
            "inside the kernel's macros for data of each processor", r"for 6\.1 | amd64"),
    Allowed("clang-tidy", r"driver/trace\.h", r"security\.insecureAPI\.strcpy",
            "inside 6.1's macro for a string of a trace event", r"for 6\.1 "),
    Allowed("clang-tidy", r"kunit/(discharge_kunit|board)\.c", r"core\.NullDereference",
            "6.1 does not say that a KUnit assertion which fails does not return", r"for 6\.1 "),
)


def judge(checker, where, findings):
    """(what is not allowed there, the allowed lines that were needed)."""
    left, used = [], set()
    for finding in findings:
        match = [line for line in ALLOWED if line.checker == checker
                 and re.search(line.where, where) and re.search(line.path, finding.path)
                 and re.search(line.text, finding.text)]
        used.update(match)
        if not match:
            left.append(finding)
    return left, used


def in_vain(checker, used, full):
    """The allowed lines of a checker that nothing has needed."""
    return [line for line in ALLOWED if line.checker == checker and line not in used
            and (full or not line.where)]
