# SPDX-License-Identifier: GPL-2.0
"""What is appended to the specification is in the tool, without a change of the tool."""

import json
import pathlib
import re
import shutil
import tempfile

from lab.common import ROOT, run, setup

from . import host_scenario
from . import kit as kits
from .strange import call

SPEC = "Documentation/netlink/specs/battguard.yaml"
HEADER = "include/uapi/linux/battguard.h"

# What comes before each in the specification, and what is appended to it.
ENTRY = """
      -
        name: {name}
        doc: {text}"""
APPENDED = (
    ("a reason", r"(name: reason\n.*?)(\n  -\n)",
     ENTRY.format(name="service-due", text="Somebody works at it. Wait.")),
    ("an output", r"(name: output\n.*?)(\n  -\n)",
     ENTRY.format(name="fan", text="The fan turns.")),
    ("a setting", r"(name: settings\n    doc.*?)(\n  -\n)",
     ENTRY.format(name="fan-delay-ms", text="Time until the fan turns.") +
     "\n        type: u32\n        checks:\n          min: 5\n          max: 70"),
    ("the word of it", r"(name: setting\n.*?)(\n\nattribute-sets)",
     ENTRY.format(name="fan-delay-ms", text="Time until the fan turns.")),
    ("a number", r"(name: dev\n.*?)(\n  -\n    name: status\n)",
     ENTRY.format(name="fan-turns", text="Turns of the fan.") + "\n        type: u32"),
    ("a time", r"(name: dev\n.*?)(\n  -\n    name: status\n)",
     ENTRY.format(name="fan-since-ns", text="Since when it turns.") + "\n        type: u64"),
    ("lines", r"(name: status\n    doc.*?)(\n  -\n    name: settings\n)",
     ENTRY.format(name="faulty-fan", text="Lines of the fan.") +
     "\n        type: u32\n        display-hint: hex"),
)
# The same in the header, which the kernel's own generator makes from it.
ENUMERATORS = (
    (r"(_REASON_FAULT = 512,)", r"\1 BATTGUARD_REASON_SERVICE_DUE = 1024,"),
    (r"_REASON_MASK = 1023", "_REASON_MASK = 2047"),
    (r"(_OUTPUT_PRE_ALARM = 4,)", r"\1 BATTGUARD_OUTPUT_FAN = 8,"),
    (r"_OUTPUT_MASK = 7", "_OUTPUT_MASK = 15"),
    (r"(_SETTING_LOAD_RECONNECT_DELAY_MS = 32,)", r"\1 BATTGUARD_SETTING_FAN_DELAY_MS = 64,"),
    (r"_SETTING_MASK = 63", "_SETTING_MASK = 127"),
    (r"(_A_SETTINGS_LOAD_RECONNECT_DELAY_MS,)", r"\1 BATTGUARD_A_SETTINGS_FAN_DELAY_MS,"),
    (r"(_A_DEV_PAD,)", r"\1 BATTGUARD_A_DEV_FAN_TURNS, BATTGUARD_A_DEV_FAN_SINCE_NS,"),
    (r"(_A_STATUS_FAULTY_OUTPUTS,)", r"\1 BATTGUARD_A_STATUS_FAULTY_FAN,"),
)


def _replaced(text, edits):
    for pattern, instead in edits:
        text, count = re.subn(pattern, instead, text, count=1, flags=re.S)
        if not count:
            raise AssertionError(f"'{pattern}' is not there")
    return text


def _tree(work):
    """A copy of the tool, of a specification that has more."""
    shutil.copytree(ROOT / "tools", work / "tools")
    (work / HEADER).parent.mkdir(parents=True)
    (work / HEADER).write_text(_replaced((ROOT / HEADER).read_text(encoding="utf-8"), ENUMERATORS),
                               encoding="utf-8")
    spec = _replaced((ROOT / SPEC).read_text(encoding="utf-8"),
                     [(pattern, lambda found, text=text: found[1] + text + found[2])
                      for _, pattern, text in APPENDED])
    (work / "spec.yaml").write_text(spec, encoding="utf-8")
    for name in ("tools/spec.h", "tools/spec.c"):
        (work / name).write_text(run(["/usr/bin/python3", "-B", ROOT / "scripts/suites/netlink/words.py",
                                      work / "spec.yaml", name]), encoding="utf-8")
    return work


@host_scenario
def appended(_kit, checks):
    """Words, outputs, settings, numbers, times and lines of a specification that has more."""
    setup("ynl")
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        tool = kits.build_strange(work / "strange", _tree(work))
        told = {"STRANGE_NAMES": "boat", "STRANGE_MASK": "0xffffffff"}
        shown = json.loads(call(tool, "show -j", **told)[1])
        checks.ok("service-due" in shown["load_off_reasons"] and
                  "service-due" in shown["charger_off_reasons"], "a reason, in JSON", shown)
        checks.equal((shown["fan"], shown["fan_turns"], shown["fan_delay_ms"]),
                     (1, 0xffffffff, 0xffffffff), "an output, a number and a setting")
        checks.ok("fan" in shown["faulty_outputs"] and "fan-3" in shown["faulty_lines"] and
                  shown["faulty_fan"] == "0xffffffff", "what is faulty of it", shown)
        checks.ok("fan_since" in shown and "fan_since_ns" in shown, "a time", shown)
        picture = call(tool, "show", **told)[1].decode()
        checks.ok("somebody works at it: wait (service-due)" in picture and
                  "faulty: fan-3" in picture and "faulty: output fan" in picture,
                  "in the picture", picture)
        line = call(tool, "log -n 1", **told)[1].decode()
        checks.ok("service-due" in line and "fan=1" in line and "fan-3" in line,
                  "in a line of a bind", line)
        help_ = call(tool, "help keys")[1].decode()
        for words in ("fan  ", "fan_turns  ", "fan_delay_ms             5 to 70", "faulty_fan  "):
            checks.ok(f"\n  {words}" in help_, f"help keys: {words.strip()}", help_)
        checks.ok("service-due" in help_, "help keys: the reason", help_)
        for words, status in (("wait -t 0 load_off_reasons=service-due", 0), ("wait -t 0 fan=on", 0),
                              ("wait -t 0 fan_turns<5", 3), ("set fan_delay_ms 70", 0),
                              ("set fan_delay_ms 71", 1), ("set fan_delay_ms 4", 1)):
            have, out, err = call(tool, words, **told)
            checks.equal(have, status, f"{words}: {status} {(out + err).decode()}")
