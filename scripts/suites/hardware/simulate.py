# SPDX-License-Identifier: GPL-2.0
"""Play a bench in ngspice: what its measurements give, over corners and tolerances."""

import itertools
import os
import re
import subprocess
import tempfile

from lab.common import ROOT, Trouble

FOLDER = ROOT / "Documentation/hardware"
# Of a measurement. One that finds nothing says "failed" and gives no number.
FOUND = re.compile(r"^(\w+)\s+=\s+(\S+)", re.M)
OPTIONS = ".options method=gear reltol=2m itl4=100 noacct\n"


def netlists(changes):
    """All circuits as one text, with these files' texts in the place of their own."""
    return "".join(changes.get(path.name, path.read_text(encoding="utf-8"))
                   for path in sorted(FOLDER.glob("*.cir")))


def deck(bench, corner, circuits):
    """The text for ngspice."""
    texts = {key: value for key, value in corner.items() if isinstance(value, str)}
    numbers = {key: value for key, value in corner.items()
               if key not in texts and key != "temp"}
    body = bench.text
    for key, value in texts.items():
        body = body.replace(f"<{key}>", value)
    measures = "".join(f".meas tran m_{wanted.name} {wanted.measure}\n"
                       for wanted in bench.requirements)
    return (f"{bench.circuit}\n.temp {corner['temp']}\n{OPTIONS}" +
            "".join(f".param {key}={value!r}\n" for key, value in numbers.items()) +
            circuits + body + "\n" + measures + ".end\n")


def play(bench, corner, circuits):
    """{requirement: number, None if there is none} of one run."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "deck.cir")
        with open(path, "w", encoding="utf-8") as file:
            file.write(deck(bench, corner, circuits))
        try:
            done = subprocess.run(["ngspice", "-b", path], cwd=folder, text=True, timeout=120,
                                  capture_output=True, check=False)
        except subprocess.TimeoutExpired:
            raise Trouble(f"{bench.circuit}: no end after two minutes with {corner}") from None
    found = dict(FOUND.findall(done.stdout))
    if not any(f"m_{wanted.name}" in found for wanted in bench.requirements):
        raise Trouble(f"{bench.circuit}: nothing measured with {corner}:\n" +
                      "\n".join((done.stdout + done.stderr).splitlines()[-15:]))
    return {wanted.name: float(found[f"m_{wanted.name}"]) if f"m_{wanted.name}" in found else None
            for wanted in bench.requirements}


def spread(bench, corner):
    """The corner with all combinations of the tolerances."""
    names = list(bench.tolerances)
    for ends in itertools.product(*bench.tolerances.values()):
        yield {**corner, **dict(zip(names, ends))}
