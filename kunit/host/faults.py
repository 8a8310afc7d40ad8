#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Seeded faults: are the tests of the state machine worth their name?

Each fault is put into a copy of the driver below the build folder. host_test
has to fail for it; a fault that goes unseen, does not compile, or whose text
is no longer in the source, is a failure of the tests.
"""

import argparse
import concurrent.futures
import os
import pathlib
import shutil
import sys

from builder import Builder, DoesNotBuild, plant, run

CPU_SECONDS = 120

# name, file, text, text instead
FAULTS = [
    ("minimum delay dropped", "decision/discharge.c",
     "in->forbidden && now - path->onset >= path->delay", "in->forbidden"),
    ("minimum delay one ns too long", "decision/discharge.c",
     "now - path->onset >= path->delay", "now - path->onset > path->delay"),
    ("disconnect without forbidden", "decision/discharge.c",
     "if (in->forbidden && now - path->onset", "if (now - path->onset"),
    ("onset moves with each forbidden", "decision/discharge.c",
     "	path->delay = bg_earlier(path->delay, rules->pre_alarm);",
     "	path->delay = bg_earlier(path->delay, rules->pre_alarm);\n"
     "	if (!in->forbidden && path->state == BG_PRE_ALARM)\n"
     "		path->onset = now;"),
    ("a longer delay acts at once", "decision/discharge.c",
     "path->delay = bg_earlier(path->delay, rules->pre_alarm)",
     "path->delay = rules->pre_alarm"),
    ("a shorter delay is ignored", "decision/discharge.c",
     "path->delay = bg_earlier(path->delay, rules->pre_alarm)",
     "path->delay = bg_earlier(path->delay, path->delay)"),
    ("time of the write ignored", "decision/discharge.c",
     "path->onset = bg_later(path->onset, when)", "(void)when"),
    ("each write of the pre-alarm moves the onset", "decision/discharge.c",
     "	path->sounding = false;\n}\n\n/**\n * bg_discharge_delay",
     "}\n\n/**\n * bg_discharge_delay"),
    ("low-cell makes no pre-alarm", "decision/discharge.c",
     "if (in->forbidden || in->low)", "if (in->forbidden)"),
    ("forbidden makes no pre-alarm", "decision/discharge.c",
     "if (in->forbidden || in->low)", "if (in->low)"),
    ("pre-alarm instead of off at power-up", "decision/discharge.c",
     "	default:\n		if (bg_discharge_may_return(path))",
     "	default:\n		if (bg_discharge_may_return(path) || path->state == BG_STANDBY)"),
    ("episode ends although low", "decision/discharge.c",
     "!in->forbidden && !in->low, restore, now", "!in->forbidden, restore, now"),
    ("episode ends at once", "decision/discharge.c",
     "else if (path->quiet.granted)", "else if (path->quiet.holds)"),
    ("restore floor dropped", "decision/discharge.c",
     "return bg_later(rules->restore, BG_DISCHARGE_RESTORE_MIN)",
     "return rules->restore"),
    ("restore time dropped", "decision/discharge.c",
     "return path->allowed.granted && !path->reconnecting",
     "return path->allowed.holds && !path->reconnecting"),
    ("reconnect delay dropped", "decision/discharge.c",
     "path->allowed.granted && !path->reconnecting &&",
     "path->allowed.granted &&"),
    ("reconnect delay one ns too long", "decision/discharge.c",
     "now - path->disconnected >= rules->reconnect",
     "now - path->disconnected > rules->reconnect"),
    ("reconnect delay ends in standby", "decision/discharge.c",
     "	path->state = BG_STANDBY;\n", "	path->state = BG_STANDBY;\n"
     "	path->reconnecting = false;\n"),
    ("lock-out ignored", "decision/discharge.c",
     "!path->reconnecting && !path->locked", "!path->reconnecting"),
    ("lock-out one too late", "decision/discharge.c",
     "if (count && count <= path->disconnects", "if (count && count < path->disconnects"),
    ("lock-out window off by one", "decision/discharge.c",
     "now - path->history[count - 1] <= rules->lockout_window",
     "now - path->history[count > 1 ? count - 2 : 0] <= rules->lockout_window"),
    ("lock-out window ignored", "decision/discharge.c",
     " &&\n	    now - path->history[count - 1] <= rules->lockout_window", ""),
    ("standby keeps the lock-out", "decision/discharge.c",
     "	path->locked = false;\n", ""),
    ("standby keeps the history", "decision/discharge.c",
     "	path->disconnects = 0;\n", ""),
    ("permit ignored", "decision/discharge.c", "if (!in->permit) {", "if (0) {"),
    ("no deadline for the minimum delay", "decision/discharge.c",
     "if (bg_discharge_delay_runs(path, now))", "if (0)"),
    ("no deadline for the reconnect delay", "decision/discharge.c",
     "	if (path->reconnecting)\n		next =", "	if (0)\n		next ="),
    ("no deadline for the end of an episode", "decision/discharge.c",
     "return bg_earlier(next, bg_hold_deadline(&path->quiet, restore))",
     "return next"),
    ("deadline one ns late", "decision/hold.h",
     "bg_after(hold->since, restore)", "bg_after(hold->since, restore + 1)"),
    ("restore time starts late", "decision/hold.h",
     "if (holds && !hold->holds)", "if (!hold->holds || !hold->granted)"),
    ("restore time one ns too long", "decision/hold.h",
     "now - hold->since >= restore", "now - hold->since > restore"),
    ("granted is taken away again", "decision/hold.h",
     "(hold->granted || now", "(now"),
    ("the first level has not been held", "decision/hold.h",
     "	hold->granted = holds;\n", "	hold->granted = false;\n"),
    ("inhibit ignored", "decision/charge.c", "path->allowed.granted && !in->inhibited &&",
     "path->allowed.granted &&"),
    ("charging without permit", "decision/charge.c",
     "path->on = in->permit && path->", "path->on = path->"),
    ("charging while forbidden", "decision/charge.c",
     "path->allowed.granted && !in->inhibited", "!in->inhibited"),
    ("option of the board ignored", "decision/charge.c", "\n		   !in->blocked;", "\n		   true;"),
    ("under-voltage stops charging", "decision/fsm.c",
     "charge.allowed = !v.charge_open", "charge.allowed = !v.charge_open && !v.forbidden"),
    ("option acts in load-off as well", "decision/fsm.c",
     "v.blocked = cfg->inhibit_on_pre_alarm &&\n		    fsm->discharge.state == BG_PRE_ALARM",
     "v.blocked = cfg->inhibit_on_pre_alarm &&\n		    (fsm->discharge.state == BG_PRE_ALARM ||\n		     fsm->discharge.state == BG_LOAD_OFF)"),
    ("time clamp dropped", "decision/fsm.c", "	now = bg_later(now, fsm->now);\n", ""),
    ("software switch ignored", "decision/fsm.c", "v.remote && fsm->set.enabled;", "v.remote;"),
    ("no remote lines is off", "decision/fsm.c", "!remote || (v.lines & remote)", "v.lines & remote"),
    ("only one remote line counts", "decision/fsm.c", "!remote || (v.lines & remote)",
     "!remote || (v.lines & remote & ~BIT(BG_LINE_REMOTE_H))"),
    ("second chain forgotten", "decision/fsm.c",
     "v.forbidden = open & BG_LINES_DISCHARGE", "v.forbidden = open & 1"),
    ("a faulty low-cell line is silent", "decision/fsm.c",
     "BIT(n) & BG_LINES_OPEN_IS_ASSERTED", "0"),
    ("mute outlives an onset", "decision/fsm.c", "		fsm->set.mute = false;\n", ""),
    ("mute ignored", "decision/fsm.c", "BG_PRE_ALARM && !fsm->set.mute &&\n", "BG_PRE_ALARM &&\n"),
    ("blinking starts dark", "decision/fsm.c", "sounder->dark = false;", "sounder->dark = true;"),
    ("blinking without a deadline", "decision/fsm.c", "if (bg_blinking(fsm, cfg))", "if (0)"),
    ("any write of a setting is a change", "decision/fsm.c",
     "	if (*flag == value)\n		return;\n", ""),
    ("restore times let the system sleep", "decision/fsm.c",
     "	       bg_hold_pending(&fsm->discharge.allowed) ||\n", ""),
    ("the reconnect delay does not wake", "decision/fsm.c",
     "if (path->state != BG_LOAD_OFF || !path->reconnecting)\n",
     "if (path->state != BG_LOAD_OFF || path->reconnecting)\n"),
    ("an unreadable line is read all the time", "decision/fsm.c",
     "			lines &= ~BIT(n);\n", "			lines &= ~0U;\n"),
    ("bounce restore floor dropped", "decision/fsm.c",
     "	if (BIT(n) & slow)\n", "	if (0)\n"),
    ("bounce row one too long", "decision/line.h",
     "#define BG_BOUNCE_ROW		5", "#define BG_BOUNCE_ROW		6"),
    ("bounce row one too short", "decision/line.h",
     "#define BG_BOUNCE_ROW		5", "#define BG_BOUNCE_ROW		4"),
    ("gap of a row", "decision/line.c",
     "now - line->row_end <= rules->window", "now - line->row_end < rules->window"),
    ("a row never ends", "decision/line.c",
     "line->row && now - line->row_end <= rules->window", "line->row"),
    ("edges extend the window", "decision/line.c",
     "edge && line->state == BG_LINE_IDLE", "edge"),
    ("the window ends late", "decision/line.c",
     "line->state == BG_LINE_WINDOW && now >= line->until",
     "line->state == BG_LINE_WINDOW && now > line->until"),
    ("hardware changes one too many", "decision/line.c",
     "line->changes > last &&\n	    now - line->change[last]",
     "line->changes > last &&\n	    now - line->change[0]"),
    ("bounce counts as closed", "decision/line.c",
     "	line->state = BG_LINE_BOUNCING;\n	line->level = rules->open;",
     "	line->state = BG_LINE_BOUNCING;\n	line->level = !rules->open;"),
    ("an edge does not prolong a bounce", "decision/line.c",
     "		if (edge)\n			line->until = bg_after(now, rules->quiet);\n		else if",
     "		if"),
    ("an unreadable line keeps its level", "decision/line.c",
     "	line->state = BG_LINE_UNREADABLE;\n	line->level = rules->open;",
     "	line->state = BG_LINE_UNREADABLE;"),
    ("reason undervoltage dropped", "decision/view.c",
     "why |= BIT(BG_WHY_UNDERVOLTAGE)", "why |= 0"),
    ("reason battery dropped", "decision/view.c", "why |= BIT(BG_WHY_BATTERY)", "why |= 0"),
    ("reason cable dropped", "decision/view.c", "why |= BIT(BG_WHY_CABLE)", "why |= 0"),
    ("reason reconnect-delay dropped", "decision/view.c",
     "why |= BIT(BG_WHY_RECONNECT_DELAY)", "why |= 0"),
    ("reason lockout dropped", "decision/view.c", "why |= BIT(BG_WHY_LOCKOUT)", "why |= 0"),
    ("reason pre-alarm dropped", "decision/view.c", "why |= BIT(BG_WHY_PRE_ALARM)", "why |= 0"),
    ("reason fault dropped", "decision/view.c",
     "if (v->faulty & BG_LINES_DISCHARGE)\n		why", "if (0)\n		why"),
    ("reasons while the load is on", "decision/view.c",
     "if (bg_discharge_load(path)) {", "if (fsm->discharge.state == BG_NORMAL) {"),
    ("cable mixes chains", "decision/fsm.c", "((open & BG_LINES_CHARGE) >> BG_LINE_CHARGE)",
     "(open & BG_LINES_CHARGE ? ~0U : 0)"),
    ("event number skipped", "decision/view.c", "++fsm->seq", "(fsm->seq += 2)"),
    ("an event for nothing", "decision/view.c",
     "res->evented = event->changed;", "res->evented = true;"),
    ("a change without an event", "decision/view.c", "changed |= BIT(BG_CHANGED_REASONS)",
     "changed |= 0"),
    ("disconnects counted in standby", "decision/view.c",
     "was->state == BG_PRE_ALARM && view->state == BG_LOAD_OFF",
     "was->state != BG_LOAD_OFF && view->state == BG_LOAD_OFF"),
    ("charger disconnects of the user counted", "decision/view.c",
     "view->enabled && !view->inhibit", "view->enabled"),
    ("faults counted again and again", "decision/view.c",
     "bg_bits(view->faulty & ~was->faulty)", "bg_bits(view->faulty)"),
    ("a failed output is never tried again", "decision/output.c",
     "todo.write = out->faulty", "todo.write = false"),
    ("a failed output is tried every two seconds", "decision/output.c",
     "if (!out->faulty || out->settling)\n", "if (1)\n"),
    ("an output is not read back", "decision/output.c",
     "todo.check = readable", "todo.check = readable && out->faulty"),
    ("what was read back is not told", "decision/output.c", "out->shown = done->level",
     "out->shown = out->want"),
]


def verdict(program):
    """Whether the tests pass, and what the first that fails says."""
    status, said = run([program, "--first"], CPU_SECONDS)
    lines = [line for line in said.splitlines() if line.startswith("#")]
    return status, lines[0][2:] if lines else "no test fails"


def seen(builder, number, file, old, new):
    """Put one fault in; gives whether the tests saw it, and what they said."""
    to = builder.folder / str(number)
    try:
        status, why = verdict(builder.changed(to, file, plant(file, old, new)))
    except DoesNotBuild as error:
        return False, f"does not build: {str(error).splitlines()[0]}"
    shutil.rmtree(to)
    # The tests have to tell: one that crashes or hangs has not seen it.
    return status == 1, why


def main():
    """Plant them all; status 1 when one goes unseen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True,
                        help="folder to build in; its contents are removed")
    parser.add_argument("--cc", default="gcc")
    options = parser.parse_args()

    builder = Builder(options.build.resolve(), options.cc, "-O2")
    results = [("no fault", verdict(builder.sound())[0] == 0, "the tests fail without a fault")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(seen, builder, number, *fault[1:])
                for number, fault in enumerate(FAULTS)]
        for fault, job in zip(FAULTS, jobs):
            results.append((fault[0], *job.result()))

    for number, (name, good, why) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {number} - fault: {name}")
        if not good:
            print(f"# {why}")
    failed = sum(not good for _, good, _ in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
