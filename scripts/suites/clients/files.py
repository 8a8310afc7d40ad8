# SPDX-License-Identifier: GPL-2.0
"""Every file of a guard, used well and badly, by one and by many."""

import pathlib
import re

from lab import board, klog
from lab.board import DRIVER, NODE, SUPPLY
from lab.common import guest_program

from . import scenario
from .changing import blowing

SECONDS, PROCESSES = 20, 24


def program():
    """What uses the files, for the guest."""
    return guest_program("files", pathlib.Path(__file__).with_name("files.c"))


def plain(lab):
    """A guard on the PL061 and nothing but busybox around it."""
    return board.Board(lab.kernel, lab.module, files={"bin/files": program()})


def told(vm, command, checks, timeout=300):
    """Run the program; each of its lines is a check, and so is its end."""
    status, output = vm.run(f"files {command}", timeout)
    found = [re.fullmatch(r"(ok|not ok) - (.*)", line) for line in output.splitlines()]
    for match in filter(None, found):
        checks.ok(match[1] == "ok", match[2])
    checks.ok(status == 0 and found and all(found), f"'{command.split()[0]}' runs to its end",
              f"status {status}\n{output[-3000:]}")


def silent(vm, checks, problem=klog.PROBLEM):
    """End a guest; its log has no complaint, of the class neither."""
    vm.poweroff()
    said = [text for text in [m.text for m in vm.messages] + vm.raw
            if problem.search(text) or "failed to report" in text or "driver failed" in text]
    checks.equal(said[:20], [], "nothing in the kernel's log")


@scenario
def bad_input(lab, checks):
    """What a file may not take is refused, and so is who may not write."""
    with plain(lab) as vm:
        told(vm, f"bad {SUPPLY}", checks)
        told(vm, f"refuse {SUPPLY}", checks)
        silent(vm, checks)


@scenario
def hammer(lab, checks):
    """All files from many processes, while lines change and the guard comes and goes."""
    with plain(lab) as vm:
        with blowing(vm):
            told(vm, f"hammer {SUPPLY} {DRIVER} {NODE} {SECONDS} {PROCESSES}", checks)
        checks.equal(vm.sh(f"cat {SUPPLY}/present"), "1", "the guard is there afterwards")
        silent(vm, checks)
