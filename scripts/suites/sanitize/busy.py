# SPDX-License-Identifier: GPL-2.0
"""Everything at once: readers, writers, listeners, edges, binds and reloads."""

import random
import time

from lab import board
from lab.lines import FLOATING, HIGH
from lab.meanwhile import Meanwhile

from . import kit


INPUTS = ("allow_discharge", "allow_charge", "low_cell", "remote_l", "remote_h")
# Two dump events all the time, while another sets.
_ASKING = {"dump1": f"log {board.LABEL}", "dump2": f"log {kit.SIM_LABEL}",
           "set": f"set {kit.SIM_LABEL} load_reconnect_delay_ms 0"}


def edges_on(lines, names, slowest):
    """Edges on inputs, from outside, at any moment."""
    dice = random.Random(1)
    return Meanwhile(lambda _: lines.set(**{dice.choice(names): dice.random() < 0.5}),
                     lambda: dice.random() * slowest)


def sides(vm, seconds, binds=True):
    """The commands of all sides but the edges, by name."""
    made = {}
    for label, node in kit.GUARDS.items():
        for number in (1, 2):
            made[f"reader {number} of {label}"] = f"churn read {seconds} {kit.supply(label)}"
        made[f"writer of {label}"] = f"churn write {seconds} {kit.supply(label)}"
        if binds:
            made[f"binder of {label}"] = f"churn bind {seconds} {board.DRIVER} {node}"
    made["lines of gpio-sim"] = f"churn pull {seconds} {vm.pulls()}"
    return made


def storm(vm, seconds, binds=True):
    """Run all sides for so long; gives {side: how often it succeeded}."""
    made = sides(vm, seconds, binds)
    for number, command in enumerate(made.values()):
        vm.sh(f"{command} >/tmp/side{number} 2>&1 &")
    # Those who listen, one of them slowly, and those who ask.
    for number in (1, 2):
        vm.sh(f"battguardctl monitor >/tmp/heard{number} 2>&1 &")
    vm.sh("(battguardctl monitor | while read -r line; do sleep 1; done) >/dev/null 2>&1 &")
    vm.sh("(until [ -e /tmp/over ]; do nlfuzz 300 $RANDOM 0; done) >/tmp/asked 2>&1 &")
    for side, words in _ASKING.items():
        vm.sh(f"(until [ -e /tmp/over ]; do battguardctl {words} >/dev/null && echo done "
              f"|| sleep 0.2; done) >/tmp/{side} 2>/dev/null &")
    with edges_on(vm.lines, INPUTS, 0.02) as edges:
        time.sleep(seconds)
        for number in range(len(made)):
            vm.sh(f"until [ -s /tmp/side{number} ]; do sleep 0.2; done", timeout=300)
    counts = {name: int(vm.sh(f"cat /tmp/side{number}"))
              for number, name in enumerate(made)}
    counts["edges of the PL061"] = edges.count
    for number in (1, 2):
        counts[f"lines of listener {number}"] = int(vm.sh(f"wc -l </tmp/heard{number}"))
    for side, words in _ASKING.items():
        counts[f"battguardctl {words}"] = int(vm.sh(f"wc -l </tmp/{side}"))
    counts["messages"] = 300 * int(vm.sh("grep -c ^sent /tmp/asked || true"))
    return counts


def calm(vm):
    """End those who listen and those who ask."""
    vm.sh("touch /tmp/over; killall battguardctl; while killall -q -0 nlfuzz battguardctl; "
          "do sleep 0.1; done; sleep 1; rm /tmp/over")


def reload(vm, times):
    """Load and unload the module under those who still look.

    A dump that is under way keeps it for a while, as netlink does for any module.
    """
    for _ in range(times):
        vm.sh("for i in $(seq 100); do rmmod battguard 2>/dev/null && break; sleep 0.1; done; "
              "[ ! -e /sys/module/battguard ]")
        vm.sh("insmod /modules/battguard.ko; sleep 0.1")
    calm(vm)


def settle(vm):
    """All permitted, all settings as they were."""
    for label in kit.GUARDS:
        vm.bind(label)                      # if it is not
        for name, value in (("enabled", 1), ("charge_behaviour", "auto"), ("mute", 0),
                            ("restore_delay_ms", 1000), ("load_reconnect_delay_ms", 0)):
            vm.sh(f"echo {value} >{kit.supply(label)}/{name}")
    vm.lines.set(allow_discharge=True, allow_charge=True, low_cell=False, remote_l=False,
                 remote_h=True)
    vm.well()


def protects(vm, checks, when):
    """Both guards switch their outputs as their lines say."""
    vm.lines.wait(load=HIGH, charger=HIGH, timeout=60)
    vm.lines.set(allow_charge=False)
    vm.lines.wait(charger=FLOATING, load=HIGH)
    vm.lines.set(remote_h=False)
    vm.lines.wait(load=FLOATING)
    vm.lines.set(allow_charge=True, remote_h=True)
    vm.lines.wait(load=HIGH, charger=HIGH)
    checks.ok(True, f"{when}: the guard on the PL061 protects")
    checks.ok(vm.soon(["1", "1", "0"]), f"{when}: load and charger on gpio-sim are on",
              vm.sim_outputs())
    vm.well(False)
    checks.ok(vm.soon(["0", "0", "0"]), f"{when}: and go off with the remote switch",
              vm.sim_outputs())
    vm.well()


def run(config, checks, seconds):
    """A storm on one kernel, and what the kernel says of it."""
    with kit.Field(config, kit.modules(config), kit.programs(), cpus=2) as vm:
        vm.insert()
        protects(vm, checks, "before")
        for name, count in storm(vm, seconds).items():
            checks.ok(count > 0, f"{name}: {count}")
        reload(vm, 5)
        checks.ok(True, "unloaded and loaded five times under those who ask")
        settle(vm)
        protects(vm, checks, "after")
        waiting = kit.waiting(vm)
        checks.ok(not waiting, "no request of netlink waits for another", waiting)
        kit.finish(vm, checks, config)
