# SPDX-License-Identifier: GPL-2.0
"""Run every fuzzer for a while, each from the inputs that are kept of it.

  fsm      the state machine: any board, any story, under the observer
  config   the properties of a board: any firmware node, against the binding
  netlink  battguardctl: any messages from the kernel, for each command
  args     battguardctl: any words as its command line

The inputs are kept as lines of base64, the ones that --keep found worth it.
--faults puts a fault into what each fuzzer looks at: it has to be found.
"""

import argparse
import base64
import os
import pathlib
import re
import shutil
import subprocess

from lab.common import BUILD, ROOT, Trouble, main, run, setup

FUZZ = BUILD / "fuzz"
# name: (folder to make in, program, variable and folder of the code, longest input)
FUZZERS = {
    "fsm": ("kunit/host", "fuzz", "DRIVER", "driver", 600),
    "config": ("kunit/host", "fuzz_config", "DRIVER", "driver", 120),
    "netlink": ("tools/fuzz", "fuzz_netlink", "TOOLS", "tools", 500),
    "args": ("tools/fuzz", "fuzz_args", "TOOLS", "tools", 120),
}
# fuzzer, name of the fault, file, text, text instead
FAULTS = [
    ("fsm", "minimum delay dropped", "decision/discharge.c",
     "in->forbidden && now - path->onset >= path->delay", "in->forbidden"),
    ("fsm", "an index one too far", "decision/discharge.c",
     "for (i = last; i > 0; i--)", "for (i = last + 1; i > 0; i--)"),
    ("config", "smallest value ignored", "config.c", "*value < range->min || ", ""),
    ("config", "a label of dots", "config.c", " && label[0] != '.'", ""),
    ("netlink", "a short number is read", "dev.c",
     "if (!tb[attr] || nla_len(tb[attr]) < (int)sizeof(uint32_t))", "if (!tb[attr])"),
    ("netlink", "a short number of a group is read", "nl.c",
     "[CTRL_ATTR_MCAST_GRP_ID] = { .type = NLA_U32 },", ""),
    ("netlink", "quotes are not escaped", "json.c", "code == '\"' || ", ""),
    ("netlink", "a name is shown as it is", "print.c",
     'printf(" %s #%llu %s", safe(ev->dev.name),', 'printf(" %s #%llu %s", ev->dev.name,'),
    ("args", "great numbers are cut", "keys.c",
     "return !*end && !errno && *value <= UINT32_MAX;", "return !*end && !errno;"),
    ("args", "a timeout in other units", "main.c", "value * 1000 + 0.5", "value * 100 + 0.5"),
    ("args", "another value is sent", "cmd_set.c",
     "set[i].key->attr, set[i].value)", "set[i].key->attr, !set[i].value)"),
    ("args", "a value out of its range is sent", "keys.c",
     "(value >= key->least && value <= key->most)", "value >= key->least"),
    ("args", "an interrupted dump is taken for a whole one", "nl.c",
     "answer.interrupted ? -EINTR : 0", "0"),
    ("args", "a word is shown as it is", "main.c",
     "\"no command '%s', 'battguardctl help' lists them\",\n\t\t\t    safe(argv[0]));",
     "\"no command '%s', 'battguardctl help' lists them\",\n\t\t\t    argv[0]);"),
]
FAULT_SECONDS = 60
RUNS = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)
FOUND = re.compile(r"^(rule broken: .*|SUMMARY: .*|.*: runtime error: .*)$", re.MULTILINE)


def kept(name):
    """The file with the inputs that are kept."""
    return ROOT / FUZZERS[name][0] / "corpus" / f"{name}.txt"


def unpack(name, folder):
    """Put the inputs that are kept into a folder; gives their number."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines = [line for line in kept(name).read_text(encoding="ascii").splitlines()
             if not line.startswith("#")] if kept(name).exists() else []
    for number, line in enumerate(lines):
        (folder / f"{number:04}").write_bytes(base64.b64decode(line, validate=True))
    return len(lines)


def build(name, to, code=None):
    """Build a fuzzer, of other code than ours if that is given."""
    folder, program, variable, _, _ = FUZZERS[name]
    words = [f"{variable}={code}"] if code else []
    env = {key: value for key, value in os.environ.items()
           if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    run(["make", "-s", "-C", ROOT / folder, f"O={to}", *words, to / program], env=env)
    return to / program


def hunt(name, program, seconds, seed, *folders):
    """Fuzz; gives (number of runs, what was found or None). Seed 0 is another each time."""
    artifacts = program.parent / f"{name}-"
    done = subprocess.run(
        [program, f"-max_total_time={seconds}", f"-seed={seed}",
         f"-max_len={FUZZERS[name][4]}", "-timeout=10", "-print_final_stats=1",
         f"-artifact_prefix={artifacts}", *folders],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", check=False)
    runs = RUNS.search(done.stdout)
    if not done.returncode:
        return int(runs[1]) if runs else 0, None
    found = FOUND.search(done.stdout)
    said = found[0] if found else f"exit status {done.returncode}\n{done.stdout[-1000:]}"
    saved = re.search(r"Test unit written to (\S+)", done.stdout)
    # The input itself, as the file may be gone with the machine.
    return 0, said + (f"\ninput {saved[1]}, in base64: "
                      f"{base64.b64encode(pathlib.Path(saved[1]).read_bytes()).decode()}"
                      if saved else "\nno input was saved")


def comment(text):
    """Lines that say more of a result."""
    return "\n".join(f"# {line}" for line in text.splitlines())


def fuzz(name, seconds, seed):
    """Run one fuzzer; gives (passed, failed)."""
    work = FUZZ / name
    inputs = unpack(name, work / "kept")
    # What other runs have found would lead to other choices.
    if seed:
        shutil.rmtree(work / "found", ignore_errors=True)
    (work / "found").mkdir(exist_ok=True)
    program = build(name, work)
    runs, found = hunt(name, program, seconds, seed, work / "found", work / "kept")
    if found:
        print(f"not ok - fuzz {name}\n{comment(found)}", flush=True)
        return 0, 1
    # One that hardly runs, or from nothing, proves nothing.
    if runs < 1000 or not inputs:
        print(f"not ok - fuzz {name}: {runs} runs from {inputs} inputs", flush=True)
        return 0, 1
    print(f"ok - fuzz {name}: {runs} runs in {seconds} s from {inputs} inputs", flush=True)
    return 1, 0


def keep(name, seconds):
    """Look for more inputs, and keep the fewest that reach all that is reached."""
    work = FUZZ / name
    unpack(name, work / "kept")
    (work / "found").mkdir(exist_ok=True)
    program = build(name, work)
    _, found = hunt(name, program, seconds, 0, work / "found", work / "kept")
    if found:
        raise Trouble(f"{name}: {found}")
    shutil.rmtree(work / "least", ignore_errors=True)
    (work / "least").mkdir()
    run([program, "-merge=1", f"-max_len={FUZZERS[name][4]}", work / "least", work / "found",
         work / "kept"])
    lines = sorted((base64.b64encode(path.read_bytes()).decode()
                    for path in (work / "least").iterdir()), key=lambda line: (len(line), line))
    kept(name).parent.mkdir(exist_ok=True)
    kept(name).write_text("# SPDX-License-Identifier: GPL-2.0\n"
                          "# Inputs of a fuzzer, in base64; written by scripts/check fuzz --keep\n"
                          + "".join(f"{line}\n" for line in lines if line), encoding="ascii")
    print(f"{name}: {len(lines)} inputs, {kept(name).stat().st_size} bytes")


def seeded(name, fault, file, old, new):
    """Put a fault in; gives (found, what was said)."""
    work = FUZZ / "fault"
    shutil.rmtree(work, ignore_errors=True)
    code = work / "code"
    shutil.copytree(ROOT / FUZZERS[name][3], code, ignore=shutil.ignore_patterns("*.o"))
    text = (code / file).read_text(encoding="utf-8")
    if text.count(old) != 1:
        return False, f"its text is {text.count(old)} times in {file}"
    (code / file).write_text(text.replace(old, new), encoding="utf-8")
    unpack(name, work / "kept")
    (work / "found").mkdir()
    program = build(name, work, code)
    _, found = hunt(name, program, FAULT_SECONDS, 0, work / "found", work / "kept")
    return found is not None, found or f"not found in {FAULT_SECONDS} s"


def entry():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=15, help="for each of them (default: 15)")
    parser.add_argument("--seed", type=int, default=0, help="of the random choices, which make "
                        "a run nearly the same each time (default: another for each run)")
    parser.add_argument("--only", action="append", choices=FUZZERS,
                        help="one of them; may be repeated")
    parser.add_argument("--keep", action="store_true",
                        help="keep the inputs that are worth it, instead of testing")
    parser.add_argument("--faults", action="store_true", help="look for seeded faults instead")
    options = parser.parse_args()
    names = options.only or list(FUZZERS)
    setup("base", "clang", "tools")

    passed, failed = 0, 0
    for name in names:
        if options.keep:
            keep(name, options.seconds)
        elif not options.faults:
            good, bad = fuzz(name, options.seconds, options.seed)
            passed, failed = passed + good, failed + bad
    for fault in FAULTS if options.faults else ():
        if fault[0] not in names:
            continue
        found, why = seeded(*fault)
        print(f"{'ok' if found else 'not ok'} - fuzz {fault[0]}, fault: {fault[1]}\n"
              f"{comment(why)}", flush=True)
        passed, failed = passed + found, failed + (not found)
    if options.keep:
        return 0
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    main(entry)
