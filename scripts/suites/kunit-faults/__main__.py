# SPDX-License-Identifier: GPL-2.0
"""Do the KUnit suites see a driver that is wrong?

Each fault is a change of the driver that compiles and that no user would want.
With it the test that is named has to fail, which passes without; a fault that it
does not see is a failure here. The short form has one fault of each file.
"""

import argparse
import contextlib
import re

from lab import guest, kernels, kunit, srckernel
from lab.common import BUILD, ROOT, Trouble, main, run

SERIES = "6.12"           # 6.1 has no filter for the tests of a module
PURE, DRIVER = kunit.RUNS[0], kunit.RUNS[1]

# (what, run, file, text, what comes in its place, test that sees it)
FAULTS = (
    ("the load goes off before the charger", DRIVER, "gpio.c",
     "\tBG_OUT_CHARGER, BG_OUT_LOAD, BG_OUT_PRE_ALARM\n",
     "\tBG_OUT_LOAD, BG_OUT_CHARGER, BG_OUT_PRE_ALARM\n", "act_order"),
    ("the load comes on before its warning", DRIVER, "gpio.c",
     "\tBG_OUT_PRE_ALARM, BG_OUT_LOAD, BG_OUT_CHARGER\n",
     "\tBG_OUT_LOAD, BG_OUT_PRE_ALARM, BG_OUT_CHARGER\n", "act_order"),
    ("on before off", DRIVER, "gpio.c",
     "res->write & ~res->outputs & BIT(n)", "res->write & res->outputs & BIT(n)",
     "act_off_before_on"),
    ("two retries", DRIVER, "gpio.c", "BG_RETRIES\t3", "BG_RETRIES\t2", "act_read_hiccup"),
    ("a line is read once", DRIVER, "gpio.c",
     "bg_gpio_try_read(gpio, gpio->in[n])", "bg_gpio_read(gpio, gpio->in[n])", "act_read_hiccup"),
    ("an output is written once", DRIVER, "gpio.c",
     "err = bg_gpio_try_write", "err = bg_gpio_write", "act_write_hiccup"),
    ("a line that cannot be read keeps its level", DRIVER, "gpio.c",
     "in->failed |= BIT(n);", "in->level |= BIT(n);", "act_unreadable"),
    ("an output that reads back otherwise is left alone", DRIVER, "gpio.c",
     "\t\tbg_gpio_write(gpio, gpio->out[n], value);\n\t\tudelay", "\t\tudelay",
     "act_reads_otherwise"),
    ("a write that fails is no fault", DRIVER, "gpio.c",
     "\t\tdone->out_failed |= BIT(n);\n\t\tlevel", "\t\tlevel", "act_blind"),
    ("outputs are let go at the lookup", DRIVER, "gpio.c",
     "GPIOD_ASIS", "GPIOD_OUT_LOW", "bind_first_writes"),
    ("an optional line that cannot be had is left out", DRIVER, "gpio.c",
     "\t\tif (IS_ERR(desc))\n\t\t\treturn dev_err_probe(dev, PTR_ERR(desc),\n"
     '\t\t\t\t\t     "%s-gpios: line',
     "\t\tif (IS_ERR(desc) && !group->required)\n\t\t\tcontinue;\n"
     "\t\tif (IS_ERR(desc))\n\t\t\treturn dev_err_probe(dev, PTR_ERR(desc),\n"
     '\t\t\t\t\t     "%s-gpios: line', "bind_lost_line"),
    ("an output that cannot be had is left out", DRIVER, "gpio.c",
     "\tif (!desc)\n\t\treturn 0;", "\tif (IS_ERR_OR_NULL(desc))\n\t\treturn 0;",
     "bind_lost_line"),
    ("a property that names no line is left out", DRIVER, "gpio.c",
     "count == -ENOENT && bg_gpio_property(dev, name, prop)",
     "count == -ENOENT && bg_gpio_property(dev, name, prop) && required",
     "bind_broken_property"),
    ("a second load is not seen", DRIVER, "gpio.c",
     "count < 1 || count > max", "count < 1", "bind_too_many"),
    ("unequal numbers of chains", DRIVER, "gpio.c",
     "if (counts[0] != counts[1])", "if (counts[0] > counts[1])", "bind_wrong_counts"),
    ("a line without an interrupt is polled at best", DRIVER, "gpio.c",
     "\t\tif (ret < 0)\n\t\t\treturn dev_err_probe(bg->dev, ret,",
     "\t\tif (ret < 0 && ret != -ENXIO)\n\t\t\treturn dev_err_probe(bg->dev, ret,",
     "bind_no_interrupt"),
    ("one output is left on", DRIVER, "gpio.c",
     "\t\tif (desc)\n\t\t\tbg_gpio_try_write", "\t\tif (desc && i != 1)\n\t\t\tbg_gpio_try_write",
     "bind_unbind"),
    ("letting go is tried once", DRIVER, "gpio.c",
     "bg_gpio_try_write(gpio, desc, false)", "bg_gpio_write(gpio, desc, false)",
     "bind_unbind_hiccup"),
    ("lines stay armed when one cannot wake the system", DRIVER, "gpio.c",
     "\twhile (n--)\n\t\tif (gpio->lines & BIT(n))", "\twhile (n--)\n\t\tif (!n)",
     "tell_suspend"),
    ("interrupts are always threaded", DRIVER, "core.c",
     "bg->gpio.sleeps || IS_ENABLED", "true || IS_ENABLED", "act_context"),
    ("an output that cannot be set is no matter", DRIVER, "core.c",
     "\tif (bg->done.out_failed) {", "\tif (0) {", "bind_stuck_output"),
    ("outputs that could be set stay on", DRIVER, "core.c",
     "\t\tbg_gpio_float(&bg->gpio);\n\t\treturn", "\t\treturn", "bind_stuck_output"),
    ("the outputs are set before the interrupts are had", DRIVER, "core.c",
     "\tret = bg_gpio_request_irqs(bg);\n",
     "\tbg_gpio_apply(&bg->gpio, &bg->result, &bg->done);\n"
     "\tret = bg_gpio_request_irqs(bg);\n", "bind_no_interrupt"),
    ("shutdown leaves the outputs as they are", DRIVER, "core.c",
     "\tbg_stop(platform_get_drvdata(pdev));", "\t(void)platform_get_drvdata(pdev);",
     "bind_shutdown"),
    ("unbind leaves the outputs as they are", DRIVER, "core.c",
     "\tbg_stop(data);", "\t(void)data;", "bind_unbind"),
    ("the system may sleep while the delay runs", DRIVER, "evaluate.c",
     " && !bg->result.stay_awake", "", "tell_suspend"),
    ("lines are touched while the system sleeps", DRIVER, "evaluate.c",
     "bg->running && !bg->asleep", "bg->running", "tell_suspend"),
    ("no alarm is set", DRIVER, "core.c",
     "if (resume_at != BG_NEVER &&", "if (0 &&", "tell_alarm"),
    ("an alarm outlives the suspend", DRIVER, "core.c",
     "\talarm_cancel(&bg->alarm);", "\t(void)bg;", "tell_alarm"),
    ("what happened in suspend is not looked at", DRIVER, "core.c",
     "\tbg_sleep(bg, false);\n\tbg_evaluate(bg, &in);",
     "\tbg_sleep(bg, false);\n\t(void)in;", "tell_suspend"),
    ("outputs that sleep are set in a panic", DRIVER, "evaluate.c",
     "if (bg->running && !bg->gpio.sleeps)", "if (bg->running)", "bind_panic"),
    ("evaluations go on after a panic", DRIVER, "evaluate.c",
     "\t/* Interrupts and timers may still come, to this CPU. */\n"
     "\tWRITE_ONCE(bg->running, false);\n", "", "bind_panic"),
    ("a failure of an output is not told", DRIVER, "evaluate.c",
     "if (out->faulty != !!(bg->done.out_failed & BIT(n)) ||", "if (", "act_blind"),
    ("events are told with yesterday's view", DRIVER, "evaluate.c",
     "bg_ring_put(bg->ring, &res->event);", ";", "tell_events"),
    ("deadlines are not kept", DRIVER, "evaluate.c",
     "bg_arm(bg, bg->result.deadline);", ";", "act_window"),
    ("a LED that comes later is dark", DRIVER, "leds.c",
     "\tled_set_brightness(cdev, bg_led_brightness(led));", "\t(void)led;", "tell_leds"),
    ("numbers in any base", DRIVER, "sysfs.c",
     "kstrtouint(buf, 10, &value)", "kstrtouint(buf, 0, &value)", "tell_settings"),
    ("a value out of its range", DRIVER, "sysfs.c",
     "flag ? value > 1 : !bg_number_valid(file->number, value)", "flag && value > 1",
     "tell_settings"),
    ("the reasons in another order", DRIVER, "sysfs.c",
     "[BG_WHY_CABLE] = \"cable\",\n\t[BG_WHY_REMOTE] = \"remote\",",
     "[BG_WHY_CABLE] = \"remote\",\n\t[BG_WHY_REMOTE] = \"cable\",", "tell_situation"),
    ("a cable that is off looks like a warm bank", PURE, "psy.c",
     "(open & BG_LINES_DISCHARGE & (open >> BG_LINE_CHARGE))", "0", "psy_health"),
    ("a switch that is off makes an empty bank look well", PURE, "psy.c",
     "lines & BG_LINES_DISCHARGE & ~view->lines", "0", "psy_level"),
    ("charging is claimed", PURE, "psy.c",
     "POWER_SUPPLY_STATUS_UNKNOWN :", "POWER_SUPPLY_STATUS_CHARGING :", "psy_status"),
    ("any behaviour will do", PURE, "psy.c",
     "\tdefault:\n\t\treturn -EINVAL;\n\t}\n}\n\nstatic int bg_psy_writeable",
     "\tdefault:\n\t\treturn 0;\n\t}\n}\n\nstatic int bg_psy_writeable", "psy_behaviour"),
    ("the time left is rounded down", PURE, "values.c",
     "now->load_safe_until - t + NSEC_PER_MSEC - 1", "now->load_safe_until - t",
     "values_remaining"),
    ("the seconds of the present state stand still", PURE, "values.c",
     "if (state == now->view.state && t > now->now)", "if (0)", "values_seconds"),
    ("the chains of one kind for those of another", PURE, "values.c",
     "(view->lines & BG_LINES_CHARGE) >> BG_LINE_CHARGE",
     "(view->lines & BG_LINES_LOW_CELL) >> BG_LINE_LOW_CELL", "values_of_view"),
)


def results(kernel, home, names, test):
    """(tests that pass, tests that fail) with the driver that is in a directory."""
    args = ("BATTGUARD_KUNIT=m", f"M={home}", "modules")
    run(["make", "-C", kernel.headers.path, *kernel.headers.make_args, *args],
        env=kernels._clean_environment())       # pylint: disable=protected-access
    files = [home / ("driver" if name == "battguard" else "kunit") / f"{name}.ko"
             for name in names]
    with guest.Guest(kernel.image, modules=files, warp=True,
                     cmdline=f"kunit.enable=1 kunit.filter_glob=*.{test}") as vm:
        mark = vm.mark()
        with contextlib.suppress(Trouble):      # one that hangs has said enough
            vm.run(" && ".join(f"insmod /modules/{name}.ko" for name in names), timeout=120)
            vm.log()
        texts = [message.text for message in vm.messages[mark:]]
    found = [match.groups() for line in kunit.Results(texts).out
             if (match := re.match(r"(ok|not ok) - \S+: (\w+)", line))]
    return ({name for result, name in found if result == "ok"},
            {name for result, name in found if result != "ok"})


def chosen(options):
    """Faults to seed: all, those that match, or the first of each file."""
    if options.full or options.k:
        return [fault for fault in FAULTS if re.search(options.k, fault[0])]
    return list({fault[2]: fault for fault in reversed(FAULTS)}.values())


def entry():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="all faults")
    parser.add_argument("-k", metavar="PATTERN", default="", help="only faults that match")
    faults = chosen(parser.parse_args())
    kernel = srckernel.build(SERIES)
    home = BUILD / "kunit-faults"
    home.mkdir(parents=True, exist_ok=True)
    passed = failed = 0

    def result(good, text):
        nonlocal passed, failed
        passed, failed = passed + bool(good), failed + (not good)
        print(f"{'ok' if good else 'not ok'} - {text}", flush=True)

    def sources():
        for part in ("Kbuild", "driver", "include", "kunit"):
            kernels._mirror(ROOT / part, home / part)   # pylint: disable=protected-access

    for names, _ in (PURE, DRIVER):
        needed = {fault[5] for fault in faults if fault[1][0] == names}
        if needed:
            sources()
            good, bad = results(kernel, home, names, "*")
            result(needed <= good and not bad, f"{names[-1]}: without a fault none is seen"
                   + "".join(f" # {test}" for test in bad | (needed - good)))
    for what, which, name, old, new, test in faults:
        sources()
        source = home / "driver" / name
        text = source.read_text(encoding="utf-8")
        if text.count(old) != 1:
            result(False, f"{name}: {what} # {text.count(old)} places for the fault")
            continue
        source.write_text(text.replace(old, new), encoding="utf-8")
        _, bad = results(kernel, home, which[0], test)
        result(test in bad, f"{name}: {what}: {test} {'fails' if test in bad else 'does not see it'}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    main(entry)
