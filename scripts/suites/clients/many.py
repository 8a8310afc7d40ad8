# SPDX-License-Identifier: GPL-2.0
"""Several guards on one board, on gpio-sim lines that are driven from inside.

The kernel is built from source, with lockdep and its like; its clock jumps
ahead when nobody works, so delays cost nothing.
"""

import re

from lab import guest, kernels, klog, srckernel

from . import scenario
from .files import program, silent, told

CLASS = "/sys/class/power_supply"
DRIVER = "/sys/bus/platform/drivers/battguard"

# The lines of one guard, from its first one on, and the level when all is well.
WELL = {"ad": 1, "ac": 1, "lc": 0, "rh": 1, "rl": 0}
WIRES = ("ad", "ac", "lc", "rh", "load", "charger", "alarm", "rl", "blue", "red")
# 6.1 has room for 512 lines in all: of 64 guards each has these.
FEWER = WIRES[:7]
PER_BANK = 8

# Functions of the guest's shell, which forks for none of them:
# pull GUARD WIRE LEVEL, value GUARD WIRE
TOOLS = """
wire() {{
	case $2 in
	{cases}
	esac
	set -- /sys/devices/platform/bank-$(($1 / {per_bank}))/gpiochip*/sim_gpio$(($1 % {per_bank} * {width} + n_))
	dir_=$1
}}
pull() {{
	wire $1 $2
	[ $3 = 1 ] && echo pull-up >$dir_/pull || echo pull-down >$dir_/pull
}}
value() {{
	wire $1 $2
	read -r value_ <$dir_/value
	echo $value_
}}
"""


def _tools(wires):
    return TOOLS.format(cases="\n\t".join(f"{wire}) n_={n} ;;" for n, wire in enumerate(wires)),
                        per_bank=PER_BANK, width=len(wires))


def _node(number, label, wires):
    """A guard, with its second remote terminal and indicators if there are wires for them."""
    def at(wire):
        line = number % PER_BANK * len(wires) + wires.index(wire)
        return f"<&bank{number // PER_BANK} {line} 0>"

    text = (f'\tguard-{number} {{\n\t\tcompatible = "gpio-battery-guard";\n'
            + (f'\t\tlabel = "{label}";\n' if label else "")
            + f"\t\tallow-discharge-gpios = {at('ad')};\n\t\tallow-charge-gpios = {at('ac')};\n"
              f"\t\tlow-cell-gpios = {at('lc')};\n"
            + (f"\t\tremote-l-gpios = {at('rl')};\n" if "rl" in wires else "")
            + f"\t\tremote-h-gpios = {at('rh')};\n\t\tload-gpios = {at('load')};\n"
              f"\t\tcharger-gpios = {at('charger')};\n\t\tpre-alarm-gpios = {at('alarm')};\n\t}};\n")
    if "blue" in wires:
        text += (f'\tleds-{number} {{\n\t\tcompatible = "gpio-leds";\n'
                 f"\t\tled-0 {{\n\t\t\tgpios = {at('blue')};\n\t\t\tlabel = \"{label}:blue\";\n"
                 f'\t\t\tlinux,default-trigger = "{label}-load-on";\n\t\t}};\n'
                 f"\t\tled-1 {{\n\t\t\tgpios = {at('red')};\n\t\t\tlabel = \"{label}:red\";\n"
                 f'\t\t\tlinux,default-trigger = "{label}-charge-blocked";\n\t\t}};\n\t}};\n')
    return text


class Crowd(guest.Guest):
    """A guest with many guards; labels: of each, None for a guard without; wires: of each."""

    def __init__(self, lab, labels, wires):
        kernel = srckernel.build(lab.series, lab.config)
        count = len(labels)
        banks = -(-count // PER_BANK)
        nodes = "".join(
            f'\tbank-{n} {{\n\t\tcompatible = "gpio-simulator";\n\t\tbank{n}: bank {{\n'
            f"\t\t\tgpio-controller;\n\t\t\t#gpio-cells = <2>;\n"
            f"\t\t\tngpios = <{PER_BANK * len(wires)}>;\n\t\t}};\n\t}};\n" for n in range(banks))
        nodes += "".join(_node(n, label, wires) for n, label in enumerate(labels))
        ups = " ".join(wire for wire, level in WELL.items() if level)
        super().__init__(
            kernel, nodes, [kernels.build_module(kernel)],
            {"bin/files": program()},
            f"{_tools(wires)}n=0; while [ $n -lt {count} ]; do for w in {ups}; do pull $n $w 1; done; "
            "n=$((n + 1)); done\n"
            "insmod /modules/battguard.ko\n"
            "echo 1 >/sys/kernel/tracing/events/battguard/battguard_decision/enable\n", warp=True,
            memory=1024)

    def values(self, name):
        """{supply: value} of a file of every supply."""
        text = self.sh(f"grep . {CLASS}/*/{name}")
        return dict(re.fullmatch(rf"{CLASS}/([^/]+)/{name}:(.*)", line).groups()
                    for line in text.splitlines())

    def decisions(self):
        """{supply: its events' numbers} so far."""
        found = {}
        for name, number in re.findall(r"battguard_decision: name=(\S+) seq=(\d+)",
                                       self.sh("cat /sys/kernel/tracing/trace")):
            found.setdefault(name, []).append(int(number))
        return found

    def numbered(self, names):
        """Does each of these supplies have events, and are none of them missing?"""
        seen = self.decisions()
        return set(seen) == set(names) and all(
            numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            for numbers in seen.values())


@scenario
def two_banks(lab, checks):
    """A full guard on each of two banks, each with a blue and a red indicator."""
    port, starboard = "port", "starboard"
    with Crowd(lab, [port, starboard], WIRES) as vm:
        def lights(number):
            return tuple(vm.sh(f"value {number} {led}") for led in ("blue", "red"))

        def step(text, wires, have, first, second):
            for number, wire, level in wires:
                vm.sh(f"pull {number} {wire} {level}")
            vm.sh("sleep 2")
            checks.equal([*vm.values("state").values()], have, f"{text}: the states")
            checks.equal((lights(0), lights(1)), (first, second), f"{text}: blue and red of both")

        blue, both, dark = ("1", "0"), ("1", "1"), ("0", "0")
        step("all is well", [], ["normal", "normal"], blue, blue)
        step("port forbids charging", [(0, "ac", 0)], ["normal", "normal"], both, blue)
        checks.equal(vm.values("charger"), {port: "0", starboard: "1"}, "one charger is off")
        step("port's remote off too", [(0, "rh", 0)], ["standby", "normal"], dark, blue)
        step("port's remote on again", [(0, "rh", 1)], ["normal", "normal"], both, blue)
        step("starboard has a low cell", [(0, "ac", 1), (1, "lc", 1)], ["normal", "pre-alarm"],
             blue, blue)
        vm.sh(f"echo inhibit-charge >{CLASS}/{starboard}/charge_behaviour")
        step("starboard is inhibited by its user", [], ["normal", "pre-alarm"], blue, blue)
        vm.sh("pull 1 ad 0; sleep 40")
        step("starboard runs empty", [], ["normal", "load-off"], blue, dark)
        checks.equal([vm.values(name) for name in ("pre_alarms", "load_disconnects",
                                                   "charger_disconnects")],
                     [{port: "0", starboard: "1"}, {port: "0", starboard: "1"},
                      {port: "1", starboard: "0"}], "each counts what is its own")
        checks.ok(vm.numbered([port, starboard]), "each numbers its own events, without a gap",
                  vm.decisions())
        told(vm, f"hammer {CLASS}/{port} {DRIVER} guard-0 5 8", checks)
        checks.equal(vm.values("state")[starboard], "load-off",
                     "one guard comes and goes, the other stays as it was")
        vm.sh("rmmod battguard")
        silent(vm, checks, klog.SPLAT)


@scenario
def sixty_four(lab, checks):
    """64 guards on one board: each its own name, lines and counters."""
    count, nameless = 64, 4
    labels = [f"bank-{n:02}" for n in range(count - nameless)] + [None] * nameless
    with Crowd(lab, labels, FEWER) as vm:
        names = sorted(filter(None, labels)) + [f"battguard{n}" for n in range(nameless)]
        checks.equal(sorted(vm.values("state")), sorted(names), "64 names, 4 of them given")
        checks.equal(set(vm.values("state").values()), {"normal"}, "all are well")
        # A cell of every odd one runs low.
        vm.sh(f"n=1; while [ $n -lt {count} ]; do pull $n lc 1; n=$((n + 2)); done; sleep 1")
        alarms = vm.sh(f"n=0; while [ $n -lt {count} ]; do value $n alarm; n=$((n + 1)); done")
        checks.equal(alarms.split(), ["0", "1"] * (count // 2), "every other line warns")
        states = vm.values("state")
        checks.equal([states[label] for label in labels if label],
                     (["normal", "pre-alarm"] * count)[:count - nameless],
                     "every other guard is in pre-alarm, and shows it")
        checks.equal(sorted(vm.values("pre_alarms").values()), ["0"] * 32 + ["1"] * 32,
                     "and counts it")
        # One charger after the other: its own, and no other, each time.
        wrong = vm.sh(
            f"n=0; while [ $n -lt {count} ]; do pull $n ac 0; sleep 0.1; "
            f"off=$(cat {CLASS}/*/charger | grep -c 0); "
            "[ \"$off $(value $n charger)\" = '1 0' ] || echo $n: $off off; "
            "pull $n ac 1; sleep 1.2; n=$((n + 1)); done", timeout=300)
        checks.equal(wrong, "", "one charger after the other goes off, and no other")
        checks.equal(set(vm.values("charger_disconnects").values()), {"1"}, "each counts one")
        checks.ok(vm.numbered(names), "each numbers its own events, without a gap",
                  vm.decisions())
        # All at once, and all away.
        vm.sh(f"for r in 1 2 3; do for l in 0 1; do n=0; while [ $n -lt {count} ]; do "
              "pull $n ac $l; pull $n rh $l; n=$((n + 1)); done; done; done; sleep 3",
              timeout=300)
        checks.equal(set(vm.values("charger").values()), {"1"}, "after a storm all charge again")
        vm.sh("rmmod battguard")
        checks.equal(vm.sh(f"ls {CLASS}"), "", "and all go")
        outputs = vm.sh(f"n=0; while [ $n -lt {count} ]; do value $n load; value $n charger; "
                        "value $n alarm; n=$((n + 1)); done | sort -u")
        checks.equal(outputs, "0", "leaving no output on")
        silent(vm, checks, klog.SPLAT)
