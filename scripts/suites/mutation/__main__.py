# SPDX-License-Identifier: GPL-2.0
"""Is there a test for every detail of the state machine?

Each mutant has one small fault. The tests in userspace have to fail for it,
crash or hang; what they let live is offered to each --killer, and what lives
on has to be in equivalent.txt, with the reason why nobody can tell it from
the original. An entry there that names no living mutant is a failure as well.
A run of some mutants judges the entries of these, and those of no mutant.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import shlex
import shutil

from lab import tap
from lab.common import BUILD, Trouble, main, setup
from lab.hostbuild import DRIVER, Builder, run
from lab.report import reasoned

from .mutants import mutants_of, name_of

FILES = (*(f"decision/{name}" for name in (
    "fsm.c", "view.c", "discharge.c", "charge.c", "line.c", "output.c", "heartbeat.c",
    "discharge.h", "fsm.h", "heartbeat.h", "hold.h", "line.h", "output.h", "pure.h", "ring.h")),
    "config.c")
EQUIVALENT = pathlib.Path(__file__).with_name("equivalent.txt")
# What is undefined ends the run, and what is not set is not zero by chance.
OPTIONS = ("-O1", "-fsanitize=undefined", "-fsanitize-undefined-trap-on-error",
           "-ftrivial-auto-var-init=pattern", "-Werror=incompatible-pointer-types",
           "-Werror=int-conversion", "-Werror=implicit-function-declaration",
           "-Werror=return-type")
QUICK_SECONDS = 3
FULL_SECONDS = 120


class Hunt:
    """Builds mutants, and sends the killers after them."""

    def __init__(self, options):
        self.killers = options.killer
        self.builder = Builder(options.build.resolve(), options.cc, *OPTIONS)
        self.texts = {file: (DRIVER / file).read_text(encoding="utf-8") for file in FILES}

    def sound(self):
        """Do all killers let the original live? Return the first that does not."""
        program = self.builder.sound()
        for words in ([program, "--quick"], [program]):
            if run(words)[0]:
                return "the tests"
        for killer in self.killers:
            if run(shlex.split(killer.format(driver=DRIVER)))[0]:
                return killer
        return None

    def text_of(self, mutant):
        """The file of a mutant, as it is with its fault."""
        text = self.texts[mutant.file]
        return text[:mutant.start] + mutant.new + text[mutant.end:]

    def _same_code(self, mutant, to):
        """Does the compiler make the very same code of it?"""
        if mutant.file.endswith(".h"):
            return False
        objects = []
        for name, text in (("was", self.texts[mutant.file]), ("is", self.text_of(mutant))):
            (to / name).mkdir()
            source = to / name / pathlib.Path(mutant.file).name
            source.write_text(text, encoding="utf-8")
            status, said = run([self.builder.compiler, *self.builder.flags, "-O2", "-w", "-c",
                                "-o", to / name / "object", source])
            if status:
                raise Trouble(said)
            objects.append((to / name / "object").read_bytes())
        return objects[0] == objects[1]

    def fate(self, number, mutant):
        """How a mutant ended: who killed it, "unbuilt", "same code" or "lives"."""
        to = self.builder.folder / str(number)
        try:
            program = self.builder.changed(to, mutant.file, self.text_of(mutant))
            if run([program, "--quick"], QUICK_SECONDS)[0]:
                return "quick tests"
            if self._same_code(mutant, to):
                return "same code"
            if run([program, "--first"], FULL_SECONDS)[0]:
                return "all tests"
            for killer in self.killers:
                tree = self.builder.tree(to / "offer", mutant.file, self.text_of(mutant))
                if run(shlex.split(killer.format(driver=tree / "driver")))[0]:
                    return killer
            return "lives"
        except Trouble:
            return "unbuilt"
        finally:
            shutil.rmtree(to, ignore_errors=True)


def tell(report, mutants, fates, known):
    """A result for each; gives (names of those that live, {fate: count})."""
    living, sums = [], collections.Counter()
    for mutant, fate in zip(mutants, fates):
        name = name_of(mutant)
        sums[fate] += 1
        if fate != "lives" and name in known:
            report.result(False, f"{EQUIVALENT.name}: {name}", f"it does not live: {fate}")
        if fate == "unbuilt":
            continue
        good = fate != "lives" or name in known
        if fate == "lives":
            living.append(name)
            fate = f"equivalent: {known[name]}" if name in known else "no test fails"
        report.result(good, f"mutant: {name} ({fate})")
    return living, sums


def mutation():
    """Make them, and hunt them; status 1 when one lives that should not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=BUILD / "host/mutants",
                        help="folder to build in; its contents are removed")
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth mutant")
    parser.add_argument("--offset", type=int, default=0, help="with --every: which of them")
    parser.add_argument("--match", default="", help="only mutants whose name has this in it")
    parser.add_argument("--again", type=pathlib.Path, metavar="SUMMARY",
                        help="only mutants that lived in the run with this summary")
    parser.add_argument("--killer", action="append", default=[], metavar="COMMAND",
                        help="kills what the tests let live, by its exit status; "
                        "{driver} becomes the folder of the changed driver")
    parser.add_argument("--summary", type=pathlib.Path, default=BUILD / "report/mutation.json",
                        help="write the sums there, as JSON")
    options = parser.parse_args()

    setup("base")
    report = tap.Report()
    hunt = Hunt(options)
    guilty = hunt.sound()
    if guilty:
        report.result(False, "no mutant", f"killed by {guilty}")
        return report.end()
    everyone = mutants_of(hunt.texts)
    lived = options.again and json.loads(options.again.read_text(encoding="utf-8"))["living"]
    mutants = [mutant for mutant in everyone[options.offset % options.every::options.every]
               if options.match in name_of(mutant)
               and (lived is None or name_of(mutant) in lived)]
    known = dict(reasoned(EQUIVALENT))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        living, sums = tell(
            report, mutants, pool.map(hunt.fate, range(len(mutants)), mutants), known)
    for name in sorted(set(known) - {name_of(mutant) for mutant in everyone}):
        report.result(False, f"{EQUIVALENT.name}: {name}", "there is no such mutant")
    report.remark(", ".join(f"{fate}: {count}" for fate, count in sums.most_common()))
    options.summary.parent.mkdir(parents=True, exist_ok=True)
    options.summary.write_text(json.dumps({
        "mutants": len(mutants), "of": len(everyone), "fates": sums,
        "living": living, "equivalent": sum(name in known for name in living),
        "unexplained": [name for name in living if name not in known],
    }, indent=1) + "\n", encoding="utf-8")
    return report.end()


if __name__ == "__main__":
    main(mutation)
