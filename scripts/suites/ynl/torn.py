# SPDX-License-Identifier: GPL-2.0
"""Dumps devices and events, and lets a device go in the middle of the latter.

torn.py LABEL FILE NODE: what is written to FILE is NODE, once the first packet
of a dump is there. Prints a JSON list of {"command", "undisturbed", "flags",
"error", "messages"}. One device makes one packet: there is no middle of that.
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
    name = attribute(2, label.encode() + b"\0")
    for command, attrs, meanwhile in ((DEV_GET, b"", None), (EVENT_GET, name, None),
                                      (EVENT_GET, name, leave)):
        told = dump(connect(), family, command, attrs, 7, meanwhile)
        results.append({"command": command, "undisturbed": not meanwhile, **told})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
