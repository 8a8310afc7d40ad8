# SPDX-License-Identifier: GPL-2.0
"""The driver's tracepoints, read in the guest: times by its boot clock."""

import dataclasses
import re

from .common import Trouble

TRACEFS = "/sys/kernel/tracing"
_LINE = re.compile(r"\s(\d+\.\d+): (battguard_\w+): (.*)$")


@dataclasses.dataclass(frozen=True)
class Event:
    """One trace event; seconds is the guest's boot clock."""

    seconds: float
    kind: str               # edge, decision, output
    fields: dict


def start(guest):
    """Record from now on; the module must be loaded."""
    guest.sh(f"cd {TRACEFS} && echo boot >trace_clock && echo 4096 >buffer_size_kb && "
             "echo 1 >events/battguard/enable && echo >trace")


def events(guest, kind=None):
    """What was recorded, in order."""
    made = []
    # Comment lines and what does not concern us are many: leave them there.
    text = guest.sh(f"grep battguard_ {TRACEFS}/trace | tail -n 2000; true")
    for line in text.splitlines():
        if match := _LINE.search(line):
            fields = dict(re.findall(r"(\w+)=(\S*)", match[3]))
            event = Event(float(match[1]), match[2].removeprefix("battguard_"), fields)
            if kind in (None, event.kind):
                made.append(event)
    return made


def entered(guest, state, before=float("inf")):
    """When the guard last went into a state, before a time: that decision's boot time."""
    found, last = None, None
    for event in events(guest, "decision"):
        at = int(event.fields["boottime"]) / 1e9
        if event.fields["state"] == state != last and at < before:
            found = at
        last = event.fields["state"]
    if found is None:
        raise Trouble(f"no trace of a decision for {state}")
    return found


def writes(guest):
    """The outputs written, (name, value) in order, for each decision."""
    made = []
    for event in events(guest):
        if event.kind == "decision":
            made.append([])
        elif event.kind == "output" and made and event.fields["output"] != "heartbeat":
            made[-1].append((event.fields["output"], event.fields["value"]))
    return made
