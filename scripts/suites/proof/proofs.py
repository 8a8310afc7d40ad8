# SPDX-License-Identifier: GPL-2.0
"""The programs that prove the state machine, for CBMC."""

from lab.common import ROOT

HOST = ROOT / "kunit/host"
PROOF = ROOT / "kunit/proof"
SHARED = [HOST / "observer.c", HOST / "obs_outputs.c", HOST / "obs_told.c",
          *(PROOF / name for name in ("valid.c", "agree.c", "any.c", "shared.c"))]
PURE = ["view.c", "discharge.c", "charge.c", "output.c", "heartbeat.c"]
# Parts of some proofs only, or included by them, to look into.
ENTERED = ["fsm.c", "line.c"]
# One line of each kind: no text tells lines of a kind apart.
SOME_LINES = (0, 8, 16, 25)
ALL_LINES = range(26)
# The board of the other proofs: a line of each kind. With --all-lines also one
# without what is optional, and one with two chains and every remote line.
SOME_BOARDS = {"": 0x2010101}
ALL_BOARDS = {**SOME_BOARDS, " small": 0x101, " large": 0x3010303}
PROOFS = ("unbind", "next", "times", "bind", "restored", "step")
# The short form: what may be on, what has to go off, and when. That each step leads
# from a valid state to a valid one, and all that is told, take an hour.
SHORT = {
    "line": None,
    "unbind": None,
    "step": ("load_rules", "charger_rules", "parting_rules", "obs_judge_load_on",
             "obs_judge_load_off", "obs_judge_charger", "obs_judge_pre_alarm",
             "obs_judge_heartbeat", "obs_judge_discharge", "obs_judge_pulse"),
}

# No loop of the driver goes on after the last line.
LOOPS = ["--unwind", "33", "--unwindset", "obs_new_bits.0:27", "--slice-formula"]
# Where the filter of a line is not in it, the lines are kept as one array: each line
# as variables of its own takes four times as long to follow.
ARRAYS = ["--max-field-sensitivity-array-size", "16"]
SAFETY = ["--bounds-check", "--pointer-check", "--signed-overflow-check",
          "--unsigned-overflow-check", "--conversion-check", "--enum-range-check",
          "--div-by-zero-check", "--undefined-shift-check", "--unwinding-assertions"]
GIVEN = "given: "
# What a program takes for granted (prove_times: step_times() proves it), and what
# the observer shows of itself: no fault of the driver can break these.
GRANTED = {"times": ("a deadline lies ahead",)}
ALONE = "observer alone: "
# Rules that are proved in some of the programs only.
ONLY = {"window_rules": ("line",), "read_rules": ("line",), "other_rules": ("line",),
        "line_step": ("line",), "obs_judge_times": ("times",), "obs_judge_deadline": ("times",)}


class Proof:
    """A program to prove, and how its properties are put together."""

    def __init__(self, kind, name, *options):
        self.kind = kind
        self.name = name
        self.options = options
        self.words = LOOPS + ([] if kind in ("line", "next") else ARRAYS)

    def reaches(self, function):
        """Does this program come to the rules of a function?"""
        if function in ONLY:
            return self.kind in ONLY[function]
        if self.kind in ("line", "unbind", "next", "times"):
            return function in (f"prove_{self.kind}", "minimum_rules")
        return not function.startswith("prove_") or function == f"prove_{self.kind}"

    def compile(self, cbmc, driver, folder):
        """The program, of the driver in some folder."""
        decision = driver / "decision"
        options = ["-DBG_PROOF", f"-I{decision}", f"-I{ROOT / 'kunit'}", f"-I{HOST}", f"-I{PROOF}"]
        sources = [*SHARED, *(decision / name for name in PURE)]
        if self.kind == "line":
            sources += [decision / "line.c", HOST / "obs_lines.c", PROOF / "prove_line.c"]
        elif self.kind == "next":
            sources += [decision / "line.c", HOST / "obs_lines.c", PROOF / "prove_next.c"]
        else:
            sources += [PROOF / "quiet_line.c", PROOF / "prove_step.c"]
        return cbmc.compile(sources, [*options, *self.options], f"prove_{self.kind}",
                            folder / self.name.replace(" ", "-"))


def wanted(options):
    """All that are wanted."""
    lines = ALL_LINES if options.all_lines else SOME_LINES[:1] if options.short else SOME_LINES
    boards = ALL_BOARDS if options.all_lines else SOME_BOARDS
    every = [Proof("line", f"line {n}", f"-DPROOF_LINE={n}") for n in lines]
    every += [Proof(kind, kind + board, f"-DPROOF_LINES={mask}u")
              for board, mask in boards.items() for kind in PROOFS]
    return [proof for proof in every if (not options.proof or proof.kind in options.proof)
            and (not options.short or proof.kind in SHORT)]


def of_faults(kind):
    """The program that a fault is put in for."""
    if kind == "line":
        return Proof("line", "line 0", "-DPROOF_LINE=0")
    return Proof(kind, kind, f"-DPROOF_LINES={SOME_BOARDS['']}u")


def properties(cbmc, proof, program):
    """{name: rule} of all rules of a program, by function."""
    told = cbmc.ask(program, "--show-properties", "--no-standard-checks", *LOOPS)
    found = {}
    for item in told["properties"]:
        function = item["sourceLocation"].get("function", "")
        granted = item["description"] in GRANTED.get(proof.kind, ())
        if proof.reaches(function) and not granted:
            found.setdefault(function, {})[item["name"]] = item["description"]
    return found


def reached(cbmc, program, seconds):
    """{(file, line): is it reached} of the driver's lines; None when undecided."""
    told = cbmc.ask(program, "--cover", "location", "--no-standard-checks", *LOOPS,
                    seconds=seconds)
    found = {}
    for goal in told["goals"] if told else ():
        for path, functions in goal["basicBlockLines"].items():
            for numbers in functions.values():
                for part in numbers.split(",") if f"{ROOT.name}/driver/" in path else ():
                    first, _, last = part.partition("-")
                    for line in range(int(first), int(last or first) + 1):
                        place = path.rpartition("/")[2], line
                        found[place] = found.get(place, False) or goal["status"] == "satisfied"
    return found if told else None
