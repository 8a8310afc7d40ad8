# SPDX-License-Identifier: GPL-2.0
"""The kernel's log: what a healthy kernel would not say, and whose fault it is."""

import dataclasses
import re

PROBLEM = re.compile(r"WARNING:|BUG:|Oops|Call trace|Kernel panic|Internal error|"
                     r"possible circular|scheduling while atomic|UBSAN|unreferenced object|"
                     r"refcount_t|list_(add|del) corruption|irq \d+: nobody cared|"
                     r"sysfs: cannot create duplicate|Unbalanced|detected stall|hung task")
# Where a report begins, with a stack in it.
HEAD = re.compile(r"WARNING:|BUG:")
# What a line of a stack names that is ours, and what a report of a race ends with.
OURS = "[battguard"
RACE, RACE_END = "BUG: KCSAN", "====="
# Whether a timer is active is read without its lock by design, below any driver.
BENIGN = re.compile(r"BUG: KCSAN: data-race in __hrtimer_run_queues / hrtimer_active$")
# What a run on these kernels must not say: lockdep and the other checkers
# have words that a stock kernel has not.
SPLAT = re.compile(PROBLEM.pattern + r"|ODEBUG|possible recursive locking|"
                   r"inconsistent lock state|Invalid wait context|suspicious RCU|"
                   r"sleeping function called from invalid context|"
                   r"possible irq lock inversion|unsafe locking|non-static key|INFO: task|"
                   r"new suspected memory leak")


@dataclasses.dataclass(frozen=True)
class Message:
    """One kernel message; seconds is the guest's clock."""

    level: int
    number: int
    seconds: float
    text: str


def reports(texts):
    """What a kernel said, cut where a checker's reports begin, and a race's ends."""
    found = [[]]
    for text in texts:
        if HEAD.search(text):
            found.append([])
        found[-1].append(text)
        if text.startswith(RACE_END) and RACE in found[-1][0]:
            found.append([])
    return found


def ended(told):
    """Is a report there to its end? One is made while all else goes on."""
    return not told or RACE not in told[0] or told[-1].startswith(RACE_END)


def foreign(told):
    """Is this a race of kernel code alone? It has some, known and benign.

    It is ours when the driver's code is in a stack of the report.
    """
    return bool(told) and RACE in told[0] and (
        bool(BENIGN.search(told[0])) or not any(OURS in line for line in told))


def complaints(vm):
    """What the checkers said during a run that is over."""
    texts = [m.text for m in vm.messages] + vm.raw
    return [text for told in reports(texts) if not foreign(told)
            for text in told if SPLAT.search(text)]
