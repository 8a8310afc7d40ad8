# SPDX-License-Identifier: GPL-2.0
"""Sends raw messages to the battguard family and prints what comes back.

Takes a file of requests in JSON, each {"cmd", "attrs", ...}: attrs is a list of
[type, hex]; dump, family, version and tail (bytes in hex after the
attributes) may be given. Prints a JSON list of {"error", "message", "attr",
"missing"}: attr is the type of the attribute that the kernel's extended ack
points at.
"""

import errno
import json
import socket
import struct
import sys

SOL_NETLINK, CAP_ACK, EXT_ACK, STRICT = 270, 10, 11, 12
GENERIC, CTRL, GETFAMILY = 16, 16, 3
REQUEST, ACK, DUMP, TLVS = 1, 4, 0x300, 0x200
ERROR, DONE = 2, 3


def attribute(kind, data):
    text = struct.pack("=HH", 4 + len(data), kind) + data
    return text + b"\0" * (-len(text) % 4)


def attributes(data):
    """(type, content, offset) of each."""
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            return
        yield kind & 0x3fff, data[at + 4:at + length], at
        at += (length + 3) & ~3


def packet(family, command, attrs, flags, number, version=1):
    """A message of the family; attributes are bytes."""
    return struct.pack("=IHHIIBBH", 20 + len(attrs), family, flags, number, 0, command, version,
                       0) + attrs


def messages(data):
    """(type, flags, number, content) of each in a packet."""
    while data:
        length, kind, flags, seq, _ = struct.unpack_from("=IHHII", data)
        yield kind, flags, seq, data[16:length]
        data = data[(length + 3) & ~3:]


def send(wire, family, request, number):
    body = b"".join(attribute(kind, bytes.fromhex(data)) for kind, data in request["attrs"])
    body += bytes.fromhex(request.get("tail", ""))
    message = packet(request.get("family", family), request["cmd"], body,
                     REQUEST | (DUMP if request.get("dump") else ACK), number,
                     request.get("version", 1))
    wire.send(message)
    return message


def answer(wire, number, message):
    """What ends the answer to a request."""
    while True:
        for kind, flags, seq, content in messages(wire.recv(1 << 16)):
            if seq != number or kind not in (ERROR, DONE):
                continue
            [error] = struct.unpack_from("=i", content)
            more = content[20 if kind == ERROR else 4:] if flags & TLVS else b""
            return told(-error, more, message)


def told(error, more, message):
    result = {"error": errno.errorcode.get(error, error), "message": "", "attr": None,
              "missing": None}
    for kind, data, _ in attributes(more):
        if kind == 1:
            result["message"] = data.rstrip(b"\0").decode()
        elif kind == 2:
            [offset] = struct.unpack("=I", data)
            result["attr"] = struct.unpack_from("=HH", message, offset)[1] & 0x3fff
        elif kind == 5:
            result["missing"] = struct.unpack("=I", data)[0]
    return result


def family_of(wire):
    wire.send(packet(CTRL, GETFAMILY, attribute(2, b"battguard\0"), REQUEST, 1))
    for kind, data, _ in attributes(wire.recv(1 << 16)[20:]):
        if kind == 1:
            return struct.unpack("=H", data)[0]
    raise SystemExit("no family")


def connect():
    wire = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC)
    wire.settimeout(20)
    for option in (CAP_ACK, EXT_ACK, STRICT):
        wire.setsockopt(SOL_NETLINK, option, 1)
    return wire


def main():
    wire = connect()
    family = family_of(wire)
    results = []
    with open(sys.argv[1], encoding="ascii") as file:
        requests = json.load(file)
    for number, request in enumerate(requests, start=2):
        message = send(wire, family, request, number)
        results.append(answer(wire, number, message))
    print(json.dumps(results))


if __name__ == "__main__":
    main()
