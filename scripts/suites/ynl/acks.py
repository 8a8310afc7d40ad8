# SPDX-License-Identifier: GPL-2.0
"""What the family refuses, and the extended ack that says which attribute it was."""

import json
import pathlib

HERE = pathlib.Path(__file__).parent
INTERRUPTED = 0x10      # a flag of a message
NOBODY = "setpriv --reuid=nobody --regid=nogroup --clear-groups"

DEV_GET, DEV_SET, EVENT_GET = 1, 2, 3
ID, NAME, STATUS, SETTINGS = 1, 2, 4, 5
ENABLED, CHARGE_BEHAVIOUR, PRE_ALARM_DELAY, RESTORE_DELAY = 1, 2, 4, 5      # of the settings
SEQ = 4                 # of an event
NESTED = 0x8000


def u32(value):
    return value.to_bytes(4, "little").hex()


def packed(kind, data):
    """An attribute, as a part of a nest."""
    text = (4 + len(data)).to_bytes(2, "little") + kind.to_bytes(2, "little") + data
    return text + b"\0" * (-len(text) % 4)


def nest(depth):
    """Nests in nests, as attributes of type 1."""
    data = b""
    for _ in range(depth):
        data = packed(NESTED | 1, data)
    return data.hex()


def named(label, *more):
    return [[NAME, (label + "\0").encode().hex()], *more]


def cases(label, series):
    """(text, request, error, type of the attribute pointed at, word of the message)."""
    def do(cmd, *attrs, **others):
        return {"cmd": cmd, "attrs": list(attrs), **others}

    def change(*attrs):
        text = b"".join(packed(kind, bytes.fromhex(data)) for kind, data in attrs)
        return do(DEV_SET, *named(label, [SETTINGS | NESTED, text.hex()]))

    return [
        ("a sound request", do(DEV_GET, *named(label)), 0, None, ""),
        ("an unknown attribute", do(DEV_GET, *named(label), [99, u32(1)]), "EINVAL", 99,
         "Unknown attribute"),
        ("an unknown attribute, to set", do(DEV_SET, *named(label, [99, u32(1)])), "EINVAL", 99,
         "Unknown attribute"),
        ("an unknown setting", change([99, u32(1)]), "EINVAL", 99, "Unknown attribute"),
        ("an unknown attribute, in a dump", do(EVENT_GET, *named(label), [99, u32(1)], dump=1),
         "EINVAL", 99, "Unknown attribute"),
        ("an attribute that is only told", do(DEV_SET, *named(label, [STATUS, ""])), "EINVAL",
         STATUS, ""),
        ("a number of 2 bytes", do(DEV_GET, [ID, "0100"]), "EINVAL", ID, "length"),
        ("a number of 8 bytes", do(DEV_GET, [ID, u32(1) + u32(0)]), "EINVAL", ID, "length"),
        ("a delay of 1 byte", change([RESTORE_DELAY, "01"]), "EINVAL", RESTORE_DELAY, "length"),
        ("a switch of 1 byte", change([ENABLED, "01"]), "EINVAL", ENABLED, "length"),
        ("an empty switch", change([ENABLED, ""]), "EINVAL", ENABLED, ""),
        ("a switch that is 2", change([ENABLED, u32(2)]), "ERANGE", ENABLED, "range"),
        ("a charge behaviour that is none", change([CHARGE_BEHAVIOUR, u32(2)]), "ERANGE",
         CHARGE_BEHAVIOUR, "range"),
        ("a delay out of its range", change([PRE_ALARM_DELAY, u32(29999)]), "ERANGE",
         PRE_ALARM_DELAY, "range"),
        ("the second of two delays", change([PRE_ALARM_DELAY, u32(30001)],
                                            [RESTORE_DELAY, u32(60001)]), "ERANGE",
         RESTORE_DELAY, "range"),
        ("settings that do not say that they are a nest", do(DEV_SET, *named(label, [SETTINGS, ""])),
         "EINVAL", SETTINGS, "NESTED"),
        ("a setting beside the nest", do(DEV_SET, *named(label, [SETTINGS + 1, u32(1)])), "EINVAL",
         SETTINGS + 1, ""),
        ("a name that is too long", do(DEV_GET, [NAME, (b"x" * 32 + b"\0").hex()]), "EINVAL", NAME,
         ""),
        ("a name without an end", do(DEV_GET, [NAME, label.encode().hex()]), "EINVAL", NAME, ""),
        ("a number of 4 bytes for an event", do(EVENT_GET, *named(label), [SEQ, u32(1)], dump=1),
         "EINVAL", SEQ, "length"),
        ("a number that is a nest", do(DEV_GET, [ID | NESTED, u32(1)]), "EINVAL", ID, "NESTED"),
        ("a nest that is not asked for", do(DEV_GET, [STATUS | NESTED, nest(1)]), "EINVAL", STATUS,
         ""),
        ("nests too deep", do(DEV_SET, *named(label, [STATUS | NESTED, nest(200)])), "EINVAL",
         STATUS, ""),
        ("nests too deep, for settings", do(DEV_SET, *named(label, [SETTINGS | NESTED, nest(200)])),
         "EINVAL", ENABLED, ""),
        ("nests too deep, for a name", do(DEV_GET, [NAME | NESTED, nest(100)]), "EINVAL", NAME, ""),
        ("bytes left over", do(DEV_GET, *named(label), tail="0102"), "EINVAL", None, "leftover"),
        ("a length that lies", do(DEV_GET, tail="ff000100"), "EINVAL", None, ""),
        ("no such name", do(DEV_GET, *named("nobody")), "ENODEV", NAME, "no such device"),
        ("no such number", do(DEV_GET, [ID, u32(4711)]), "ENODEV", ID, "no such device"),
        ("name and number of two", do(DEV_GET, *named(label), [ID, u32(4711)]), "ENODEV", ID, ""),
        # At the end of a dump 6.1 tells the message, but not which attribute.
        ("no such name, in a dump of events", do(EVENT_GET, *named("nobody"), dump=1), "ENODEV",
         None if series == "6.1" else NAME, "no such device"),
        ("no device named", do(DEV_SET, [SETTINGS | NESTED, packed(ENABLED, b"\1\0\0\0").hex()]),
         "EINVAL", None, "has to be named"),
        ("no settings", do(DEV_SET, *named(label)), 0, None, ""),
        ("a command that is none", do(77), "ENOTSUP", None, ""),
        ("a dump of what has none", do(DEV_SET, dump=1), "ENOTSUP", None, ""),
        ("a family that is none", do(DEV_GET, family=0x3ff), "ENOENT", None, ""),
        ("still a sound request", do(DEV_GET, *named(label)), 0, None, ""),
    ]


def files(label, series):
    """What the guest needs below /run."""
    return {**{name: HERE / name for name in ("raw.py", "torn.py")},
            "requests": json.dumps([request for _, request, *_ in cases(label, series)])}


def refused(vm, checks, label, series, settings):
    """Each of the cases; settings tells all settings of the guard."""
    before = settings()
    answers = json.loads(vm.sh("python3 -B /run/raw.py /run/requests", timeout=300))
    for (text, _, error, attr, word), told in zip(cases(label, series), answers, strict=True):
        checks.ok((told["error"], told["attr"]) == (error, attr) and word in told["message"],
                  f"refused: {text}: {error}, attribute {attr}", told)
    checks.equal(settings(), before, "nothing of that has changed a setting")


def namespaces(vm, checks):
    """An administrator of a namespace of their own is none here."""
    status, text = vm.run(f"{NOBODY} unshare -Ur battguardctl set mute 1 2>&1")
    checks.ok(status == 2 and "CAP_NET_ADMIN" in text, "root of a user namespace may not set",
              f"{status} {text}")
    status, text = vm.run(f"{NOBODY} unshare -Ur battguardctl list 2>&1")
    checks.ok(status == 0 and "load on" in text, "but look", f"{status} {text}")
    for words in (f"{NOBODY} unshare -Urn", "unshare -n"):
        status, text = vm.run(f"{words} battguardctl set mute 1 2>&1")
        checks.ok(status == 4 and text.count("\n") == 0,
                  f"{words.split()[-1]}: the family is not in another network namespace",
                  f"{status} {text}")


def torn(vm, checks, label, node, driver):
    """A dump during which a device went says so at its end; one that is whole does not."""
    for told in json.loads(vm.sh(f"python3 -B /run/torn.py {label} {driver} {node}",
                                 timeout=300)):
        what = "events" if told["command"] == EVENT_GET else "devices"
        if told["undisturbed"]:
            checks.ok(told["flags"] & INTERRUPTED == 0 and told["error"] == 0 and told["messages"],
                      f"a dump of {what} is whole", told)
        else:
            checks.ok(told["flags"] & INTERRUPTED or told["error"] < 0,
                      f"a dump of {what} during which a device goes: so it says", told)
