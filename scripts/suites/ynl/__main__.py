# SPDX-License-Identifier: GPL-2.0
"""A second client: the kernel's own tools/net/ynl with our specification.

It knows nothing of battguardctl, in a Debian guest, and both must tell the
same; what it sets must take effect, and what it must not, must be refused.
"""

import json
import time

from lab import board, common, images, kernels, srckernel, suite, tap
from lab.common import ROOT, Trouble, setup
from suites.tooltest import kit

from . import acks

PACKAGES = ("python3-minimal", "libpython3-stdlib", "python3-yaml", "python3-jsonschema")
HOME = "usr/lib/ynl"
SPEC = "Documentation/netlink/specs/battguard.yaml"

# Numbers and times that both tell by the same name, but for the dash.
PLAIN = ("seq", "pre_alarms", "load_disconnects", "charger_disconnects", "remote_offs", "faults",
         "load_returns_ms", "lockout_remaining", "state_since_ns", "load_since_ns",
         "charger_since_ns", "pre_alarm_since_ns")
SETTINGS = ("enabled", "charge_behaviour", "mute", "pre_alarm_delay_ms", "restore_delay_ms",
            "load_reconnect_delay_ms")


# Polls the file of the state, before and after the switch is turned off.
POLL = """
import os, select
fd = os.open("{supply}/state", os.O_RDONLY)
poll = select.poll()
poll.register(fd, select.POLLPRI)
os.read(fd, 64)
print(poll.poll(300))
with open("{supply}/enabled", "w") as switch:
    switch.write("0")
print(bool(poll.poll(5000)), os.pread(fd, 64, 0).decode().strip())
"""


class Client(board.Board):
    """A guest with a guard on the PL061, ynl and battguardctl."""

    def ynl(self, words, user="root"):
        """(status, what was printed) of the client."""
        command = f"python3 -B /{HOME}/cli.py --spec /{HOME}/{SPEC} --output-json {words}"
        if user != "root":
            command = f"setpriv --reuid={user} --clear-groups {command}"
        return self.run(f"{command} 2>&1", timeout=300)

    def told(self, words, user="root"):
        """Its answer."""
        status, text = self.ynl(words, user)
        if status:
            raise Trouble(f"ynl {words}: {text}")
        return json.loads(text.splitlines()[-1])

    def ctl(self, words):
        """What battguardctl says, an object for each line."""
        return [json.loads(line)
                for line in self.sh(f"battguardctl -j {words}").splitlines()]


def as_table(status):
    """The nest "status" in the words of the table of files."""
    outputs = status["outputs"]
    chains = status["chains"]
    table = {
        "state": status["state"],
        "remote": status["remote"],
        "load_off_reasons": sorted(status["load-off-reasons"]),
        "charger_off_reasons": sorted(status["charger-off-reasons"]),
        "allow_discharge": int(status["allow-discharge-chains"] == chains),
        "allow_charge": int(status["allow-charge-chains"] == chains),
        # A mask comes as text.
        "low_cell": int(int(status["low-cell-chains"], 0) != 0),
    }
    table.update({name: int(name.replace("_", "-") in outputs)
                  for name in ("load", "charger", "pre_alarm")})
    return table


def plain(value):
    """JSON of either client, for a comparison."""
    return sorted(value) if isinstance(value, list) else \
        int(value) if isinstance(value, bool) else value


def same_table(checks, text, status, other):
    have = as_table(status)
    want = {key: plain(other[key]) for key in have}
    checks.equal(have, want, text)


def by_names(told, names):
    """What the second client tells by these names, of keys with dashes."""
    return {name: told[name.replace("_", "-")] for name in names}


def gets(vm, checks, when):
    answer = vm.told("--dump dev-get")
    checks.equal(len(answer), 1, f"{when}: one guard is dumped")
    dev = answer[0]
    [other] = vm.ctl("show")
    same_table(checks, f"{when}: dev-get tells what battguardctl tells", dev["status"], other)
    checks.equal(by_names(dev, PLAIN), {name: plain(other[name]) for name in PLAIN},
                 f"{when}: counters and times are the same")
    checks.equal(by_names(dev["settings"], SETTINGS), {name: other[name] for name in SETTINGS},
                 f"{when}: settings are the same")
    checks.equal(f"{dev['instance']:016x}", other["instance"], f"{when}: so is the instance")
    return dev


def events(vm, checks):
    vm.run(f"(python3 -B /{HOME}/cli.py --spec /{HOME}/{SPEC} --output-json "
           "--subscribe events --sleep 15 >/run/ntf 2>&1; echo done >/run/ntf-done) "
           # The console waits for all who could still write to it.
           ">/dev/null 2>&1 &")
    # Nobody knows when it has begun to listen: something happens all the time.
    end = time.monotonic() + 240
    asserted = True
    while vm.run("test -e /run/ntf-done")[0]:
        if time.monotonic() > end:
            raise Trouble("ynl --subscribe does not end")
        asserted = not asserted
        vm.lines.set(allow_charge=asserted)
        time.sleep(1.2)
    vm.lines.set(allow_charge=True)
    vm.settle(30, charger="1")
    seen = [told["msg"] for told in json.loads(vm.sh("tail -n 1 /run/ntf"))]
    log = {entry["seq"]: entry for entry in vm.ctl("log")}
    checks.ok(len(seen) >= 4, "events: a subscriber hears of them",
              f"{len(seen)} events\n" + vm.sh("head -c 2000 /run/ntf; echo"))
    numbers = [event["seq"] for event in seen]
    checks.equal(numbers, list(range(numbers[0], numbers[0] + len(numbers))),
                 "events: in order, without a gap")
    for event in seen:
        other = log[event["seq"]]
        same_table(checks, f"event {event['seq']}: the log of battguardctl has the same",
                   event["status"], other)
        checks.equal((event["boottime-ns"], event["realtime-ns"],
                      sorted(word.replace("-", "_") for word in event["changed"]),
                      sorted(event["cause"])),
                     (other["boottime_ns"], other["realtime_ns"], sorted(other["changed"]),
                      sorted(other["cause"])), f"event {event['seq']}: times, changes, cause")
        checks.equal((by_names(event["settings"], SETTINGS), f"{event['instance']:016x}"),
                     ({name: other[name] for name in SETTINGS}, other["instance"]),
                     f"event {event['seq']}: settings and instance")
    kept = vm.told(f"--dump event-get --json '{{\"dev-name\": \"{board.LABEL}\"}}'")
    checks.equal([event["seq"] for event in kept], sorted(log), "event-get: all that are kept")
    some = vm.told("--dump event-get --json "
                   f"'{{\"dev-name\": \"{board.LABEL}\", \"seq\": {numbers[1]}}}'")
    checks.equal(some[0]["seq"], numbers[1], "event-get: from a number on")


def sets(vm, checks, dev):
    name = board.LABEL
    status, text = vm.ynl(f"--do dev-set --json '{{\"name\": \"{name}\", \"settings\": "
                          "{\"mute\": 1, \"restore-delay-ms\": 2000}}'")
    checks.equal(status, 0, f"dev-set: two settings at once {text}")
    checks.equal((vm.sh(f"cat {board.SUPPLY}/mute"),
                  vm.sh(f"cat {board.SUPPLY}/restore_delay_ms")), ("1", "2000"),
                 "dev-set: both have taken effect")
    for why, request in (
            ("a value out of its range",
             f'{{"name": "{name}", "settings": {{"mute": 0, "pre-alarm-delay-ms": 29999}}}}'),
            ("no such name", '{"name": "nobody", "settings": {"mute": 0}}'),
            ("a number of no device", f'{{"id": {dev["id"] + 1}, "settings": {{"mute": 0}}}}'),
            ("no device named", '{"settings": {"mute": 0}}')):
        status, text = vm.ynl(f"--do dev-set --json '{request}'")
        checks.ok(status != 0 or "error" in text.lower(), f"dev-set: {why} is refused", text)
        checks.equal(vm.sh(f"cat {board.SUPPLY}/mute"), "1", f"dev-set: {why} changes nothing")
    status, text = vm.ynl(f"--do dev-set --json '{{\"name\": \"{name}\", \"settings\": "
                          "{\"mute\": 0}}'", "nobody")
    checks.ok("not permitted" in text, "dev-set: an unprivileged user may not", text)
    checks.equal(vm.sh(f"cat {board.SUPPLY}/mute"), "1", "dev-set: and has not")
    checks.equal(len(vm.told("--dump dev-get", "nobody")), 1, "dev-get: anyone may")


def polled(vm, checks):
    """Who polls the file of the state is woken by its change."""
    said = vm.sh("python3 -B /run/poll.py", timeout=300)
    checks.equal(said.splitlines(), ["[]", "True standby"], "a program that polls the state")
    vm.sh(f"echo 1 >{board.SUPPLY}/enabled")
    vm.settle(30, state="normal")


def client(series, checks):
    """A guest with a guard on the PL061, ynl, battguardctl and raw.py."""
    setup("base", "cross", "kernel")
    kernel = kernels.stock(series)
    module = kernels.build_module(kernel)
    _, tree = srckernel.source_tree("6.12")
    files = {f"{HOME}/{SPEC}": (ROOT / SPEC).read_text(encoding="utf-8")}
    for path in ("cli.py", "lib/__init__.py", "lib/nlspec.py", "lib/ynl.py"):
        files[f"{HOME}/{path}"] = (tree / "tools/net/ynl" / path).read_text(encoding="utf-8")
    schema = "Documentation/netlink/genetlink.yaml"
    files[f"{HOME}/{schema}"] = (tree / schema).read_text(encoding="utf-8")
    disk, _ = images.debian_image("ynl", PACKAGES, files)
    return Client(kernel, module, disk=disk, files={
        "bin/battguardctl": kit.build_static(),
        "poll.py": POLL.format(supply=board.SUPPLY), **acks.files(board.LABEL, series)},
        checks=checks)


def second_client(series, checks):
    """ynl and battguardctl tell the same; what ynl sets takes effect."""
    with client(series, checks) as vm:
        vm.settle(30, state="normal")
        dev = gets(vm, checks, "normal")
        vm.lines.set(low_cell=True)
        vm.settle(30, state="pre-alarm")
        gets(vm, checks, "pre-alarm")
        vm.lines.set(remote_h=False)
        vm.settle(30, state="standby")
        gets(vm, checks, "standby")
        vm.lines.set(low_cell=False, remote_h=True)
        vm.settle(30, state="normal")
        polled(vm, checks)
        events(vm, checks)
        sets(vm, checks, dev)


def refusals(series, checks):
    """What must be refused, by which ack; who may set, and from where."""
    with client(series, checks) as vm:
        vm.settle(30, state="normal")
        acks.refused(vm, checks, board.LABEL, series,
                     lambda: vm.sh(f"cd {board.SUPPLY}; cat enabled mute *_delay_ms"))
        acks.namespaces(vm, checks)
        vm.sh(f"i=0; while [ $i -lt 200 ]; do echo $((i & 1)) >{board.SUPPLY}/mute; "
              "i=$((i + 1)); done", timeout=120)
        acks.torn(vm, checks, board.LABEL, board.NODE, board.DRIVER)


def main():
    options = suite.parser(__doc__, jobs=2).parse_args()
    chosen = suite.choose({"second_client": second_client, "refusals": refusals}, options)
    if options.list:
        return suite.tell(chosen)
    report = tap.Report()
    tap.run(report, suite.jobs(chosen, options, lambda series: (series,)), options.jobs)
    return report.end()


if __name__ == "__main__":
    common.main(main)
