# SPDX-License-Identifier: GPL-2.0
"""Dumps devices and events, and lets a device go in the middle of it.

torn.py LABEL FILE NODE: what is written to FILE is NODE, once the first packet
of a dump is there. Prints a JSON list of {"command", "undisturbed", "flags",
"error", "messages"}, of each dump with and without that.
"""

import json
import sys

from raw import ACK, DONE, DUMP, REQUEST, attribute, connect, family_of, messages, packet

DEV_GET, EVENT_GET = 1, 3


def dump(wire, family, command, attrs, number, meanwhile):
    """All flags of a dump, the error at its end and the number of its messages."""
    wire.send(packet(family, command, attrs, REQUEST | DUMP | ACK, number))
    flags, count = 0, 0
    while True:
        for kind, flag, _, content in messages(wire.recv(1 << 16)):
            flags |= flag
            if kind == DONE:
                return {"flags": flags, "error": int.from_bytes(content[:4], "little", signed=True),
                        "messages": count}
            count += 1
        if meanwhile:
            meanwhile()
            meanwhile = None


def main():
    label, file, node = sys.argv[1:]

    def leave():
        with open(file, "w", encoding="ascii") as where:
            where.write(node)

    # A socket that has received nothing yet begins with a small packet.
    family = family_of(connect())
    results = []
    for disturb in (False, True):
        for command, attrs in ((EVENT_GET, attribute(2, label.encode() + b"\0")), (DEV_GET, b"")):
            told = dump(connect(), family, command, attrs, 7, leave if disturb else None)
            results.append({"command": command, "undisturbed": not disturb, **told})
            if disturb:
                with open(file.replace("unbind", "bind"), "w", encoding="ascii") as where:
                    where.write(node)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
