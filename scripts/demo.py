#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The guard at work, live: a stock kernel, and the lines of a battery bank.

Plays a story of about a minute and a half and leaves with status 0 only if
every output did what the story says. With --interactive the lines are yours.
"""

import argparse
import sys

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from bglab import board, panel, story
from bglab.common import main, say


def demo():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interactive", action="store_true", help="keys toggle the lines")
    parser.add_argument("--kernel", default=board.series(), metavar="SERIES",
                        help="6.12 (default) or 6.1; also from the variable KERNEL")
    options = parser.parse_args()
    kernel, module = board.prepare(options.kernel)
    say(f"booting Linux {kernel.headers.abi} (arm64)")
    teller = story.Teller()
    with board.Board(kernel, module, bind=False) as running:
        if options.interactive:
            wrong = panel.interact(running, teller)
        else:
            wrong = story.play(running, teller)
        running.sh("rmmod battguard")
        # What the guard leaves behind: every terminal floats.
        for name, state in running.lines.now().items():
            if state != "floating":
                wrong.append(f"{name} is {state} after the guard has gone")
        running.poweroff()
    teller.line()
    if wrong:
        teller.line(teller.colour("The story went wrong:", 31))
        for text in wrong:
            teller.line(f"  {text}")
        return 1
    if not options.interactive:
        teller.line(teller.colour("Every output did what the story says.", 32))
    return 0


if __name__ == "__main__":
    main(demo)
