# SPDX-License-Identifier: GPL-2.0
"""What trace-cmd makes of the driver's trace events."""

import re

from . import scenario
from .bank import LABEL, SUPPLY, healthy

FILE = "/tmp/trace.dat"


def reported(bank, command):
    """[{field: value}] of the decisions that trace-cmd records while a command runs."""
    bank.sh(f"trace-cmd record -q -e battguard -o {FILE} sh -c '{command}; sleep 1'")
    text = bank.sh(f"trace-cmd report -i {FILE}")
    return text, [dict(re.findall(r"(\w+)=(\S*)", line.split("battguard_decision:")[1]))
                  for line in text.splitlines() if "battguard_decision:" in line]


@scenario
def trace_cmd(lab, checks):
    """trace-cmd, which knows nothing of the driver, shows words in its events."""
    with lab.bank() as bank:
        bank.enter("normal")
        bank.sh("sleep 1")
        text, found = reported(bank, f"echo 0 >{SUPPLY}/enabled")
        # The outputs are open-source: they follow in a thread, and are told when known.
        wanted = {"name": LABEL, "changed": "state,reasons,settings",
                  "cause": "user", "state": "standby", "outputs": "load,charger",
                  "allow_discharge": "0x1", "allow_charge": "0x1", "low_cell": "0",
                  "remote": "1", "faulty_outputs": "", "load_reasons": "user",
                  "charger_reasons": "user"}
        have = {key: found[0].get(key) for key in wanted} if found else None
        checks.equal(have, wanted, "switched off: a decision, in words")
        checks.equal([(event["changed"], event["outputs"]) for event in found[1:]],
                     [("charger", "load"), ("load", "")], "what was switched off, in words")
        written = re.findall(r"battguard_output: .*output=(\S+) value=0", text)
        checks.equal(sorted(written), ["charger", "load"], "and the outputs that were written")

        _, found = reported(bank, f"echo 1 >{SUPPLY}/enabled")
        have = [found[-1].get(key) for key in ("state", "outputs", "load_reasons")]
        checks.equal(have, ["normal", "load,charger", ""], "switched on again: no reason is left")

        bank.lines.set(low_cell=True)
        bank.settle(state="pre-alarm")
        _, found = reported(bank, f"echo 1 >{SUPPLY}/mute")
        checks.equal([found[-1].get(key) for key in ("state", "changed", "outputs")],
                     ["pre-alarm", "pre-alarm,settings", "load,charger"], "a pre-alarm, muted")
        healthy(bank, checks)
