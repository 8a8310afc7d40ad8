# SPDX-License-Identifier: GPL-2.0
"""What the clients print, kept in Documentation/clients.rst and compared with it.

A block of the document begins with the comment ".. capture: NAME" and a line
"::"; the indented text after it is what a run has seen.
"""

import re

from lab.common import ROOT

DOCUMENT = ROOT / "Documentation/clients.rst"
BLOCK = re.compile(r"(^\.\. capture: (.*)\n\n::\n\n)((?:    .*\n|\n(?=    ))*)", re.M)

# Debian's, and not ours: a point release is no mistake of the document.
VERSIONS = "versions"
CLIENTS = ("upower", "prometheus-node-exporter", "udev", "systemd", "acpi", "collectd-core",
           "lm-sensors", "grep", "coreutils", "bash")

# Differs from run to run.
MOVING = ((r"(?m)^ +updated: .*\n", ""), (r"(?m)^ +has history:.*\n", ""),
          (r"(?m)^  History.*\n(    .*\n)*", ""), (r"(?m)^    \d+\t.*\n", ""),
          (r"(pre_alarm_remaining_ms:)[1-9]\d*", r"\1..."),
          (r"((?:pre_alarms|load_disconnects|charger_disconnects):)\d+", r"\1..."))


def settled(text):
    for pattern, instead in MOVING:
        text = re.sub(pattern, instead, text)
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def versions(installed):
    return "\n".join(f"{name:<26}{installed[name]}" for name in CLIENTS)


def blocks():
    """{name: text} of the document."""
    return {match[2]: re.sub(r"(?m)^    ", "", match[3]).strip("\n")
            for match in BLOCK.finditer(DOCUMENT.read_text(encoding="utf-8"))}


def compare(captures, whole, checks):
    """Check each block against the run; if it was a whole one, none may be missing."""
    for name, text in blocks().items():
        if name == VERSIONS or (name not in captures and not whole):
            continue
        checks.equal(text, settled(captures.get(name, "(was not seen)")),
                     f"the document has what was seen: {name}")


def write(captures):
    """Put what was seen into the document."""
    def fill(match):
        if match[2] not in captures:
            return match[0]
        lines = settled(captures[match[2]]).splitlines()
        return match[1] + "".join(f"    {line}".rstrip() + "\n" for line in lines)

    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(BLOCK.sub(fill, text), encoding="utf-8")
