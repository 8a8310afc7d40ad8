# SPDX-License-Identifier: GPL-2.0
"""What clients see while the bank changes, and what udev and systemd do."""

import re
import time

from lab.meanwhile import Meanwhile

from . import scenario
from .bank import LABEL, STATES, SUPPLY, healthy, packaged
from .reading import SCRAPE, sections, start_exporter

EVENT = re.compile(r"^(KERNEL|UDEV) *\[(\d+\.\d+)\] (\w+) +(\S+) \(power_supply\)$")


def events(text):
    """udevadm's report: [(source, seconds, action, {property: value})]."""
    found = []
    for line in text.splitlines():
        if match := EVENT.match(line):
            found.append((match[1], float(match[2]), match[3], {}))
        elif "=" in line and found:
            key, value = line.split("=", 1)
            found[-1][3][key] = value
    return found


@scenario
def udev_monitor(lab, checks):
    """udevadm monitor sees every settled transition, with the values after it."""
    with lab.bank() as bank:
        bank.sh("udevadm monitor -u -k -p -s power_supply >/tmp/monitor 2>&1 "
                "& echo $! >/tmp/monitor.pid")
        time.sleep(1)
        times = []
        for name in [*STATES, "normal"]:
            bank.enter(name)
            time.sleep(0.7)
            times.append((name, bank.uptime()))
        bank.sh("kill -INT $(cat /tmp/monitor.pid); sleep 1")
        text = bank.sh("cat /tmp/monitor")
        seen = events(text)
        since = 0
        for name, until in times:
            state = STATES[name]
            wanted = {"POWER_SUPPLY_NAME": LABEL, "POWER_SUPPLY_STATUS": state.status,
                      "POWER_SUPPLY_CAPACITY_LEVEL": state.level,
                      "POWER_SUPPLY_HEALTH": state.health, "SUBSYSTEM": "power_supply"}
            for source in ("KERNEL", "UDEV"):
                last = [(action, values) for where, when, action, values in seen
                        if where == source and since < when <= until]
                have = {key: last[-1][1].get(key) for key in wanted} if last else None
                checks.equal(have, wanted, f"the last event of {source} on the way to {name}")
                checks.ok(all(action == "change" for action, _ in last),
                          f"only changes of {source} on the way to {name}", last)
            since = until
        lab.captures["udevadm pre-alarm"] = _one_event(text)
        healthy(bank, checks)


def _one_event(text):
    """The kernel's event of a pre-alarm with all else well."""
    for block in text.split("\n\n"):
        if block.startswith("KERNEL") and "CAPACITY_LEVEL=Low" in block and \
                "STATUS=Unknown" in block:
            block = re.sub(r"\[\d+\.\d+\]", "[...]", block)
            return re.sub(r"(?m)^SEQNUM=.*$", "SEQNUM=...", block)
    return ""


def blowing(bank):
    """A storm: lines that change from the host as long as the context lasts.

    None changes so often that it would count as one that bounces.
    """
    def blow(step):
        if step % 8 == 0:
            bank.lines.set(allow_charge=step % 16 == 0)
        if step % 10 == 0:
            bank.lines.set(low_cell=step % 20 == 0)
        # Off for a moment, and on for long enough to count.
        if step % 150 in (0, 15):
            bank.lines.set(remote_h=step % 150 == 15)

    return Meanwhile(blow, 0.02)


@scenario
def storm(lab, checks):
    """node-exporter scraped every 100 ms, and upower's daemon, in a storm of changes."""
    scrapes = 100
    with lab.bank() as bank:
        start_exporter(bank)
        bank.sh("upower -d >/dev/null; mkdir /tmp/s")
        bank.sh(f"echo 0 >{SUPPLY}/restore_delay_ms")
        before = {name: int(bank.value(name)) for name in ("charger_disconnects", "pre_alarms")}
        with blowing(bank):
            failed = bank.sh(f"n=0; while [ $n -lt {scrapes} ]; do {SCRAPE} >/tmp/s/$n || "
                             "echo $n; sleep 0.1; n=$((n+1)); done", timeout=300)
            during = bank.sh("upower -d")
        checks.equal(failed, "", f"all {scrapes} scrapes are answered")
        for wanted, text in (
                ('node_scrape_collector_success{collector="powersupplyclass"} 1',
                 "the collector succeeds"),
                (f'node_power_supply_present{{power_supply="{LABEL}"}} 1', "the supply is there"),
                ("node_power_supply_info{", "with its words")):
            count = bank.sh(f"cat /tmp/s/* | grep -cF '{wanted}' || true")
            checks.equal(count, str(scrapes), f"{text} in every scrape")
        words = set(bank.sh("cat /tmp/s/* | grep -oE '(status|health|capacity_level)=\"[^\"]*\"' "
                            "| sort -u").splitlines())
        checks.ok(words >= {'status="Unknown"', 'status="Not charging"', 'capacity_level="Low"'}
                  and not any('=""' in word for word in words),
                  "the scrapes have seen changes, and no empty word", words)
        grown = {name: int(bank.value(name)) - before[name] for name in before}
        checks.ok(min(grown.values()) > 5, "it was a storm", grown)
        found = sections(during)
        checks.ok("battery_house_bank" in found and found["Daemon"]["on-battery"] == "no"
                  and found["battery_house_bank"]["warning-level"] in ("none", "low"),
                  "upower keeps up", during)
        # The daemon must not have died and been started again.
        checks.equal(bank.sh("systemctl show -P NRestarts upower prometheus-node-exporter"),
                     "0\n\n0", "no daemon fell over")
        bank.enter("load-off")
        bank.settle(capacity_level="Critical")
        for _ in range(40):
            level = sections(bank.sh("upower -d"))["battery_house_bank"]["battery-level"]
            if level == "critical":
                break
            time.sleep(0.25)
        checks.equal(level, "critical", "upower's last word is the settled state")
        healthy(bank, checks)


@scenario
def system_scope(lab, checks):
    """A bank that powers the board itself: whatever upower shows, nobody acts upon it."""
    with lab.bank({"system-scope": True}) as bank:
        bank.sh("dbus-monitor --system \"interface='org.freedesktop.login1.Manager'\" "
                ">/tmp/logind 2>&1 &")
        for name, dwell in (("normal", 1), ("pre-alarm", 1), ("load-off", 25), ("standby", 1)):
            bank.enter(name)
            time.sleep(dwell)           # a power-off would follow after 20 s
            text = bank.sh("upower -d")
            found = sections(text)
            lab.captures[f"upower system-scope {name}"] = text
            checks.equal((found["battery_house_bank"]["power supply"],
                          found["battery_house_bank"]["warning-level"],
                          found["DisplayDevice"]["warning-level"], found["Daemon"]["on-battery"]),
                         ("yes", "none", "none", "no"), f"upower in {name}: no warning, no action")
            checks.equal(bank.run("/lib/systemd/systemd-ac-power")[0], 0,
                         f"systemd-ac-power in {name}: on mains, so no job is put off")
        asked = bank.sh("grep -oE 'member=[A-Za-z]+' /tmp/logind | sort -u")
        checks.ok("member=Inhibit" in asked and "PowerOff" not in asked and "Hibernate\n" not in
                  asked.replace("CanHibernate", ""), "upower asks for no power-off", asked)
        healthy(bank, checks)


CELLS = """
	cells: bank-cells {
		compatible = "simple-battery";
		voltage-min-design-microvolt = <22400000>;
		voltage-max-design-microvolt = <28400000>;
		charge-full-design-microamp-hours = <200000000>;
	};
"""


@scenario
def design_values(lab, checks):
    """With a monitored-battery node: its values are shown, and nothing made up from them."""
    with lab.bank({"monitored-battery": "<&cells>"}, CELLS) as bank:
        start_exporter(bank)
        series = bank.sh(f"{SCRAPE} | grep ^node_power_supply")
        lab.captures["node-exporter design"] = series
        # The class of 6.1 does not take them over by itself, the driver does.
        shown = [f'node_power_supply_{name}{{power_supply="{LABEL}"}} {value}' for name, value in
                 (("charge_full_design", "200"), ("voltage_max_design", "28.4"),
                  ("voltage_min_design", "22.4"))]
        checks.equal([line for line in series.splitlines() if "_design" in line], shown,
                     "node-exporter shows the design values")
        checks.equal(bank.sh("acpi -b"), "Battery 0: Unknown, 0%, rate information unavailable",
                     "acpi as without them")
        battery = sections(bank.sh("upower -d"))["battery_house_bank"]
        checks.equal((battery["battery-level"], battery["percentage"], battery["energy"]),
                     ("normal", "55% (should be ignored)", "0 Wh"), "upower as without them")
        healthy(bank, checks)


JOB = """#!/bin/sh
# what the job finds: its argument, and the guard as it is at that moment
echo "$1 $(cat "$1/state") $(cat "$1/pre_alarm_remaining_ms")" >>/run/jobs
"""


@scenario
def pre_alarm_job(lab, checks):
    """The rule and the unit of packaging/ start a job at each onset of a pre-alarm."""
    files = {**packaged(), "job": JOB}
    prepare = "mkdir -p /etc/battguard; cp /run/job /etc/battguard/pre-alarm; " \
              "chmod 755 /etc/battguard/pre-alarm; touch /run/jobs"
    with lab.bank(run=files, bind=False) as bank:
        bank.sh(prepare)
        # The guest has no manuals.
        checks.equal(bank.sh("systemd-analyze verify --man=no "
                             "/run/systemd/system/battguard-*.service 2>&1 "
                             "| grep battguard || true"), "", "the unit has no mistake")

        def jobs():
            return bank.sh("cat /run/jobs").splitlines()

        def wait_jobs(count):
            end = time.monotonic() + 20
            while len(jobs()) < count and time.monotonic() < end:
                time.sleep(0.1)
            time.sleep(1)
            return jobs()

        bank.lines.set(low_cell=True)
        bank.sh("insmod /run/modules/battguard.ko")
        found = wait_jobs(1)
        checks.equal(len(found), 1, "bound in a pre-alarm: the job runs")
        path, state, left = (found or ["- - 0"])[0].split()
        checks.ok(path.startswith("/sys/devices/") and path.endswith(f"/power_supply/{LABEL}"),
                  "the job is told which guard", found)
        checks.ok(state == "pre-alarm" and 20000 < int(left) <= 30000,
                  "the job finds the time that is left", found)
        for count in (2, 3):
            bank.lines.set(low_cell=False)
            bank.settle(state="normal")
            time.sleep(1)
            checks.equal(len(jobs()), count - 1, "no job when the bank recovers")
            bank.lines.set(low_cell=True)
            checks.equal(len(wait_jobs(count)), count, f"onset {count}: the job runs again")
        # Changes within a pre-alarm are events of their own, and no onset.
        bank.lines.set(allow_charge=False)
        bank.sh(f"echo 1 >{SUPPLY}/mute; sleep 1")
        checks.equal(len(wait_jobs(3)), 3, "once for each onset, whatever else changes")
        bank.lines.set(remote_h=False, low_cell=False, allow_charge=True)
        bank.settle(state="standby")
        bank.lines.set(allow_discharge=False)
        time.sleep(0.1)
        bank.lines.set(remote_h=True)
        bank.settle(state="load-off")
        checks.equal(len(wait_jobs(3)), 3, "no job without a pre-alarm")
        checks.equal(bank.sh("systemctl list-units --failed --no-legend"), "", "no unit has failed")
        healthy(bank, checks)
