# SPDX-License-Identifier: GPL-2.0
"""Prove the rules of the state machine, by induction, with CBMC.

The C that is proved is the driver's own. From any valid state, whatever comes
in, each step keeps every rule and leads to a valid state; so does the bind.
Each rule is one result. What CBMC could not decide in time is not proved.
"""

import argparse
import concurrent.futures
import shutil
import time

from lab import seeds, tap
from lab.common import BUILD, ROOT, Trouble, main, setup
from lab.report import write_coverage

from . import decision_faults, faults, proofs
from .broken import BROKEN
from .cbmc import Cbmc, place

GIVEN = proofs.GIVEN


def groups(found, chosen=None):
    """Names to prove together; induction is hard enough one by one.

    chosen: only rules of these functions, and none of what is given.
    """
    for function, names in found.items():
        if chosen and function not in chosen:
            continue
        rules = [name for name, rule in names.items() if not rule.startswith(GIVEN)]
        given = [name for name, rule in names.items() if rule.startswith(GIVEN)]
        if function == "step_judge":
            yield from ([name] for name in rules)
        elif rules:
            yield rules
        if given and not chosen:
            yield given


def prove(cbmc, proof, program, names, options):
    """[(rule, good, place, detail)]; what is given has to be reached."""
    words = [word for name in names for word in ("--property", name)]
    told = cbmc.ask(program, "--no-standard-checks", *proof.words, *words, seconds=options.seconds)
    if told is None and len(names) > 1:
        return [item for name in names for item in prove(cbmc, proof, program, [name], options)]
    if told is None:
        return [(names[0], False, "", f"not decided in {options.seconds} s")]
    return [(item["description"],
             item["status"] == ("FAILURE" if item["description"].startswith(GIVEN) else "SUCCESS"),
             place(item["sourceLocation"]), item["status"])
            for item in told["result"] if item["property"] in names]


def safety(cbmc, proof, program, options):
    """Overflows, accesses out of range and loops that go on, in the driver."""
    text = f"driver: no overflow and no access out of range ({proof.name})"
    told = cbmc.ask(program, "--show-properties", *proofs.SAFETY, *proofs.LOOPS)
    names = [item["name"] for item in told["properties"]
             if f"{ROOT.name}/driver/" in item["sourceLocation"].get("file", "")]
    found = []
    # Together they are harder than one after the other.
    for part in ([name for name in names if ".overflow." in name],
                 [name for name in names if ".overflow." not in name]):
        words = [word for name in part for word in ("--property", name)]
        told = cbmc.ask(program, *proofs.SAFETY, *proof.words, *words, seconds=options.seconds)
        if told is None:
            return [(text, False, "", f"not decided in {options.seconds} s")]
        found += [item for item in told["result"] if item["property"] in part]
    bad = [f"{place(item['sourceLocation'])}: {item['description']}"
           for item in found if item["status"] != "SUCCESS"]
    return [(text, bool(found) and not bad and len(found) == len(names), "",
             "\n".join(bad) or f"{len(found)} of {len(names)} checked")]


def timed(report, label, work, *args):
    started = time.monotonic()
    found = work(*args)
    report.remark(f"{label}: {len(found)} results, {time.monotonic() - started:.0f} s")
    return found


def jobs(cbmc, report, proof, options):
    """What there is to ask of a proof, as (function, arguments)."""
    program = proof.compile(cbmc, ROOT / "driver", BUILD / "prove")
    chosen = proofs.SHORT[proof.kind] if options.short else None
    for names in groups(proofs.properties(cbmc, proof, program), chosen):
        yield (timed, report, f"{proof.name}, {names[0]}",
               prove, cbmc, proof, program, names, options)
    if not chosen:
        yield timed, report, f"{proof.name}, safety", safety, cbmc, proof, program, options


def breaks(cbmc, seed, options):
    """(does the fault break the rule that it is for, what there is to say)."""
    rule, kind = seed.sight
    folder = BUILD / "prove/of-fault" / f"{kind} {rule}".replace(" ", "-").replace(":", "")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "driver", folder / "driver")
    with seeds.sown(seed.edits, folder):
        proof = proofs.of_faults(kind)
        program = proof.compile(cbmc, folder / "driver", folder)
        names = [name for found in proofs.properties(cbmc, proof, program).values()
                 for name, text in found.items() if text == rule]
        results = prove(cbmc, proof, program, names, options) if names else []
    shutil.rmtree(folder)
    # What was not decided in time has not been broken.
    return (any(status == "FAILURE" for _, _, _, status in results),
            "; ".join(status for _, _, _, status in results) or "no such rule")


def faultless(cbmc, wanted, options):
    """Rules that no fault is said to break."""
    rules = set()
    for proof in proofs.wanted(options):
        program = proof.compile(cbmc, ROOT / "driver", BUILD / "prove")
        for names in proofs.properties(cbmc, proof, program).values():
            rules |= set(names.values())
    return sorted(rule for rule in rules - {seed.sight[0] for seed in wanted}
                  if not rule.startswith((GIVEN, proofs.ALONE)))


def run_faults(cbmc, report, options):
    """Each rule has a fault, and each fault has to break its rule."""
    known = {seed.name: seed for seed in seeds.table(
        (*faults.FAULTS, *decision_faults.FAULTS), "driver/")}
    wanted = [seeds.Seed(f"{name} breaks: {rule}", known[name].edits, (rule, kind))
              for rule, kind, name in BROKEN if not options.proof or kind in options.proof]
    seeds.run(report, wanted, lambda seed: breaks(cbmc, seed, options), options.jobs)
    left = faultless(cbmc, wanted, options)
    report.result(not left, "each rule has a fault that breaks it", "\n".join(left))
    return report.end()


def run_coverage(cbmc, report, options):
    """Every line of the driver that the proofs hold has to be reached by one of them."""
    files = {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        asked = [pool.submit(proofs.reached, cbmc,
                             proof.compile(cbmc, ROOT / "driver", BUILD / "prove"), options.seconds)
                 for proof in reversed(proofs.wanted(options))]
        for answer in asked:
            if answer.result() is None:
                raise Trouble(f"what a proof reaches was not decided in {options.seconds} s")
            for (name, line), good in answer.result().items():
                lines = files.setdefault(name, {})
                lines[line] = lines.get(line, False) or good
    if not options.proof:
        missing = sorted({*proofs.ENTERED, *proofs.PURE} - set(files))
        report.result(not missing, "proof: each file of the decision is in a proof", missing)
    for name, lines in sorted(files.items()):
        missed = [str(line) for line, good in sorted(lines.items()) if not good]
        report.result(not missed, f"proof: {name}: all of {len(lines)} lines are reached",
                      "not reached: " + ", ".join(missed))
    write_coverage("proof", "The decision, reached by its proof",
                   {name: {"lines": [sum(lines.values()), len(lines)]}
                    for name, lines in files.items()})
    return report.end()


def run():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--proof", action="append", metavar="NAME",
                        help=f"line, {', '.join(proofs.PROOFS)} (default: all)")
    parser.add_argument("--short", action="store_true",
                        help="only what may be on, what has to go off, and when; one line")
    parser.add_argument("--all-lines", action="store_true",
                        help="each of the 26 lines, and other boards as well")
    parser.add_argument("--faults", action="store_true",
                        help="seed faults instead: see broken.py")
    parser.add_argument("--cover", action="store_true",
                        help="show what the proofs reach of the driver instead")
    parser.add_argument("--seconds", type=int, default=300, help="patience with one question")
    parser.add_argument("--jobs", type=int, default=2, help="questions at a time")
    options = parser.parse_args()
    setup("base")
    cbmc = Cbmc()
    report = tap.Report()
    if options.faults:
        return run_faults(cbmc, report, options)
    if options.cover:
        return run_coverage(cbmc, report, options)
    rules = {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        asked = [pool.submit(*job) for proof in reversed(proofs.wanted(options))
                 for job in jobs(cbmc, report, proof, options)]
        for answer in asked:
            for rule, good, where, detail in answer.result():
                rules.setdefault(rule, []).append((good, where, detail))

    for rule, found in sorted(rules.items()):
        # A rule is given if any of the proofs comes to it.
        good = any if rule.startswith(GIVEN) else all
        report.result(good(item[0] for item in found), f"proof: {rule}",
                      "\n".join(f"{where} {detail}" for held, where, detail in found if not held))
    return report.end()


if __name__ == "__main__":
    main(run)
