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
import pathlib
import re
import shutil
import subprocess

from lab import seeds, tap
from lab.common import BUILD, ROOT, Trouble, main, make, run, setup

from .faults import FAULTS

FUZZ = BUILD / "fuzz"
# name: (folder to make in, program, variable and folder of the code, longest input)
FUZZERS = {
    "fsm": ("kunit/host", "fuzz", "DRIVER", "driver", 600),
    "config": ("kunit/host", "fuzz_config", "DRIVER", "driver", 120),
    "netlink": ("tools/fuzz", "fuzz_netlink", "TOOLS", "tools", 500),
    "args": ("tools/fuzz", "fuzz_args", "TOOLS", "tools", 120),
}
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
    make(ROOT / folder, "-s", f"O={to}", *words, to / program)
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


def fuzz(report, name, seconds, seed):
    """Run one fuzzer."""
    work = FUZZ / name
    inputs = unpack(name, work / "kept")
    # What other runs have found would lead to other choices.
    if seed:
        shutil.rmtree(work / "found", ignore_errors=True)
    (work / "found").mkdir(exist_ok=True)
    program = build(name, work)
    runs, found = hunt(name, program, seconds, seed, work / "found", work / "kept")
    # One that hardly runs, or from nothing, proves nothing.
    report.result(not found and runs >= 1000 and inputs, f"fuzz {name}"
                  + ("" if found else f": {runs} runs in {seconds} s from {inputs} inputs"), found or "")


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


def seen(seed):
    """Does the fuzzer find a fault, and what does it say?"""
    name = seed.sight
    work, folder = FUZZ / "fault", FUZZERS[name][3]
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(ROOT / folder, work / folder, ignore=shutil.ignore_patterns("*.o"))
    unpack(name, work / "kept")
    (work / "found").mkdir()
    with seeds.sown(seed.edits, work):
        program = build(name, work, work / folder)
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

    if options.keep:
        for name in names:
            keep(name, options.seconds)
        return 0
    report = tap.Report()
    if options.faults:
        seeds.run(report, [seed for seed in seeds.table(FAULTS) if seed.sight in names], seen)
    for name in names if not options.faults else ():
        fuzz(report, name, options.seconds, options.seed)
    return report.end()


if __name__ == "__main__":
    main(entry)
