# SPDX-License-Identifier: GPL-2.0
"""Malformed netlink messages, as nobody and as root, on a kernel with KASAN.

The kernel must not complain, and the guard must answer and protect as before.
"""

import argparse

from lab import board, common, guest, kernels, srckernel, tap

from .kit import program, protects, reset

NOBODY = 65534


def fuzz(checks, series, count, seed):
    # Several times what one user's messages take.
    patience = 60 + count // 250
    kernel = srckernel.build(series, "sanitize")
    module = kernels.build_module(kernel)
    with board.Board(kernel, module, files={"bin/nlfuzz": program()}, memory=1024,
                     limit=guest.HARD_LIMIT + 2 * patience) as vm:
        mark = vm.mark()
        protects(vm, checks, "before")
        settings = vm.sh(f"cd {board.SUPPLY} && cat enabled charge_behaviour *_delay_ms")
        for user, uid in (("nobody", NOBODY), ("root", 0)):
            status, text = vm.run(f"nlfuzz {count} {seed} {uid}", timeout=patience)
            checks.ok(status == 0 and f"sent {count} " in text,
                      f"{count} messages as {user}: {text}", text)
            words = text.split()
            checks.ok(len(words) == 6 and int(words[3]) > count // 20
                      and count // 20 < int(words[5]) < int(words[3]) - count // 20,
                      f"as {user}: many are answered, many refused", text)
            if user == "nobody":
                checks.equal(vm.sh(f"cd {board.SUPPLY} && cat enabled charge_behaviour "
                                   "*_delay_ms"), settings, "nobody has changed a setting")
            reset(vm)
            protects(vm, checks, f"after {user}")
        found = vm.problems(mark)
        checks.ok(not found, "no complaint in the kernel's log", "\n".join(map(str, found)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100000, help="messages of each user")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kernel", default="6.12", choices=srckernel.SERIES)
    options = parser.parse_args()
    report = tap.Report()
    tap.run(report, [("malformed messages", lambda checks: fuzz(
        checks, options.kernel, options.count, options.seed))], 1)
    return report.end()


if __name__ == "__main__":
    common.main(main)
