# SPDX-License-Identifier: GPL-2.0
"""What each client makes of each state."""

import re
import time

from . import scenario
from .bank import LABEL, STATES, SUPPLY, healthy

SCRAPE = 'wget -q -O - "http://127.0.0.1:9100/metrics?collect[]=powersupplyclass"'
SELFTEST = "bash /usr/lib/selftests/power_supply/test_power_supply_properties.sh"

# upower's words for the class's.
UPOWER_STATE = {"Unknown": "unknown", "Not charging": "pending-charge"}

# The driver core gives every device a file that fails while the device does
# no autosuspend; it is none of ours, and no driver has a say in it.
NOT_OURS = re.compile(r"power/autosuspend_delay_ms: Input/output error$")


def start_exporter(bank):
    """Start it, and wait until it answers."""
    bank.sh(f"systemctl start prometheus-node-exporter; n=0; until {SCRAPE} >/dev/null 2>&1; "
            "do n=$((n + 1)); [ $n -lt 120 ] || exit 1; sleep 0.5; done")


def sections(text):
    """upower's report: {path or "Daemon": {field: value}}."""
    found, current = {}, {}
    for line in text.splitlines():
        if match := re.match(r"Device: (\S+)", line):
            current = found.setdefault(match[1].rsplit("/", 1)[1], {})
        elif line.startswith("Daemon:"):
            current = found.setdefault("Daemon", {})
        elif match := re.match(r" +([\w-][\w -]*?): +(.*)", line):
            current[match[1]] = match[2].strip()
    return found


def upower(bank, name, state, checks):
    """The battery of a device: its level is told, no percentage, no action."""
    battery = {}
    for _ in range(40):             # the daemon hears of a change a little later
        text = bank.sh("upower -d")
        found = sections(text)
        battery = found.get("battery_house_bank", {})
        if battery.get("battery-level") == state.level.lower() and \
                battery.get("state") == UPOWER_STATE[state.status]:
            break
        time.sleep(0.25)
    bank.lab.captures[f"upower {name}"] = text
    bank.lab.row("upower", name, *(f"{key}: {battery.get(key)}" for key in (
        "state", "battery-level", "warning-level", "percentage")))
    checks.equal((battery.get("battery-level"), battery.get("state")),
                 (state.level.lower(), UPOWER_STATE[state.status]), f"upower in {name}: the level")
    checks.ok(re.fullmatch(r"[1-9]\d?% \(should be ignored\)", battery.get("percentage", "")),
              f"upower in {name}: no percentage to be believed, never 0 %", text)
    # It has a warning for "low" and, of a device's battery, none for "critical".
    checks.equal((battery.get("power supply"), battery.get("warning-level"),
                  found["Daemon"]["on-battery"]),
                 ("no", "low" if state.level == "Low" else "none", "no"),
                 f"upower in {name}: low at most, and not on battery")
    # Of no battery at all it says 0 % as well; ours must not change it.
    display = {key: value for key, value in found["DisplayDevice"].items() if key != "updated"}
    checks.equal(display, bank.display, f"upower in {name}: its display as without a battery")


def exporter(bank, name, state, checks):
    text = bank.sh(SCRAPE)
    series = [line for line in text.splitlines() if line.startswith("node_power_supply_")]
    bank.lab.captures[f"node-exporter {name}"] = "\n".join(series)
    bank.lab.row("node-exporter", name, *re.findall(r'(?:status|capacity_level|health)="[^"]*"',
                                                    series[0] if series else ""))
    labels = dict(re.findall(r'(\w+)="([^"]*)"', "".join(
        line for line in series if line.startswith("node_power_supply_info{"))))
    wanted = {"power_supply": LABEL, "type": "Battery", "scope": "Device", "technology": "LiFe",
              "model_name": "gpio-battery-guard", "status": state.status,
              "capacity_level": state.level, "health": state.health}
    checks.equal(labels, wanted, f"node-exporter in {name}: the labels")
    checks.ok(f'node_power_supply_present{{power_supply="{LABEL}"}} 1' in series,
              f"node-exporter in {name}: present", text)
    checks.ok('node_scrape_collector_success{collector="powersupplyclass"} 1' in text,
              f"node-exporter in {name}: the collector succeeds", text)


def ac_power(bank, name, checks):
    status, _ = bank.run("/lib/systemd/systemd-ac-power")
    checks.equal(status, bank.ac_power, f"systemd-ac-power in {name}: as without the battery")


def acpi(bank, name, state, checks):
    """It prints 0 % of every battery that tells no charge; what else it says counts."""
    status, text = bank.nobody("acpi -b")
    bank.lab.row("acpi", name, text)
    checks.equal((status, text),
                 (0, f"Battery 0: {state.status}, 0%, rate information unavailable"),
                 f"acpi in {name}: the status, and no rate")


def sensors(bank, name, checks):
    checks.equal(bank.run("sensors"), bank.sensors, f"sensors in {name}: as without the battery")


def plain_grep(bank, name, state, checks):
    """Every file, read by nobody."""
    status, text = bank.nobody(f"grep -r . {SUPPLY}/")
    errors = [line for line in text.splitlines()
              if line.startswith("grep:") and not NOT_OURS.search(line)]
    values = dict(line.removeprefix(f"{SUPPLY}/").split(":", 1) for line in text.splitlines()
                  if line.startswith(SUPPLY) and not line.startswith(f"{SUPPLY}/uevent"))
    bank.lab.captures[f"grep {name}"] = "\n".join(
        f"{key}:{value}" for key, value in sorted(values.items()) if "/" not in key)
    bank.lab.row("words", name, *(f"{key}={values.get(key)}" for key in (
        "state", "load", "charger", "pre_alarm", "load_off_reasons", "charger_off_reasons")))
    checks.equal(errors, [], f"grep in {name}: no error")
    checks.equal([values.get(key) for key in ("state", "status", "capacity_level", "health",
                                              "load")],
                 [state.state, state.status, state.level, state.health, str(int(state.load))],
                 f"grep in {name}: the values")
    for output in ("load", "charger"):
        reasons = values[f"{output}_off_reasons"].split()
        checks.ok((reasons == ["none"]) == (values[output] == "1"),
                  f"grep in {name}: a reason while the {output} is off and none while on", reasons)


def selftest(bank, name, checks):
    status, text = bank.nobody(SELFTEST, timeout=300)
    bank.lab.captures[f"selftests {name}"] = text
    totals = re.search(r"# Totals: pass:(\d+) fail:(\d+) xfail:\d+ xpass:\d+ skip:(\d+) error:(\d+)",
                       text)
    checks.ok(status == 0 and totals and int(totals[1]) >= 9 and totals[2] == totals[4] == "0",
              f"the kernel's selftests in {name}", text)


def _without(bank):
    """What the clients say while there is no guard, to be compared with later."""
    bank.ac_power, _ = bank.run("/lib/systemd/systemd-ac-power")
    bank.sensors = bank.run("sensors")
    bank.display = sections(bank.sh("upower -d"))["DisplayDevice"]
    bank.display.pop("updated")
    bank.sh("insmod /run/modules/battguard.ko")
    bank.settle(state="normal")


@scenario
def every_state(lab, checks):
    """Each client in every state: what it prints."""
    with lab.bank(bind=False) as bank:
        _without(bank)
        start_exporter(bank)
        user = bank.sh("stat -c %U /proc/$(systemctl show -P MainPID prometheus-node-exporter)")
        checks.equal(user, "prometheus", "node-exporter is unprivileged")
        bank.sh("dbus-monitor --system \"interface='org.freedesktop.login1.Manager'\" "
                ">/tmp/logind 2>&1 &")
        bank.sh("collectd -f >/tmp/collectd.log 2>&1 & echo $! >/tmp/collectd.pid")
        for name in STATES:
            state = bank.enter(name)
            upower(bank, name, state, checks)
            exporter(bank, name, state, checks)
            ac_power(bank, name, checks)
            acpi(bank, name, state, checks)
            sensors(bank, name, checks)
            plain_grep(bank, name, state, checks)
            selftest(bank, name, checks)
        checks.ok("PowerOff" not in bank.sh("cat /tmp/logind"), "upower asks for no power-off")
        checks.equal(bank.sh("cat /sys/class/power_supply/*/type"), "Battery",
                     "the guard is the only supply, and still there")
        _collectd(bank, checks)
        healthy(bank, checks)


def _collectd(bank, checks):
    """No figures to collect: it must run on and neither invent nor complain."""
    bank.sh("kill $(cat /tmp/collectd.pid)")
    checks.equal(bank.sh("cat /tmp/collectd.log | grep -viE 'loaded|initiali[sz]ation complete|"
                         "exiting|stopping' || true"), "", "collectd has nothing to complain of")
    checks.equal(bank.sh("ls /tmp/collectd/guest"), "uptime",
                 "collectd collects, and invents no figure of the bank")
