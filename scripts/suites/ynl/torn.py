# SPDX-License-Identifier: GPL-2.0
"""Dumps devices and events, and lets a device go in the middle of either.

torn.py LABEL DRIVER NODE: the device NODE is unbound at DRIVER once a dump has
begun, and bound again after it. Prints a JSON list of {"command", "undisturbed",
"flags", "error", "messages"}.
"""

import json
import sys

from raw import ACK, DONE, DUMP, REQUEST, attribute, connect, family_of, messages, packet

DEV_GET, EVENT_GET = 1, 3


def dump(wire, family, command, attrs, number, meanwhile):
    """All flags of a dump, the error at its end and the number of its messages.

    The first part is made while it is asked for, each other one while that before
    it is received: what happens in between is in the middle, even of a single part.
    """
    wire.send(packet(family, command, attrs, REQUEST | DUMP | ACK, number))
    if meanwhile:
        meanwhile()
    flags, count = 0, 0
    while True:
        for kind, flag, _, content in messages(wire.recv(1 << 16)):
            flags |= flag
            if kind == DONE:
                return {"flags": flags, "error": int.from_bytes(content[:4], "little", signed=True),
                        "messages": count}
            count += 1


def main():
    label, driver, node = sys.argv[1:]

    def tell(what):
        with open(f"{driver}/{what}", "w", encoding="ascii") as where:
            where.write(node)

    # A socket that has received nothing yet begins with a small packet.
    family = family_of(connect())
    results = []
    name = attribute(2, label.encode() + b"\0")
    for command, attrs, leaves in ((DEV_GET, b"", False), (EVENT_GET, name, False),
                                   (EVENT_GET, name, True), (DEV_GET, b"", True)):
        told = dump(connect(), family, command, attrs, 7,
                    (lambda: tell("unbind")) if leaves else None)
        results.append({"command": command, "undisturbed": not leaves, **told})
        if leaves:
            tell("bind")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
