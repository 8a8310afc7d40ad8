# SPDX-License-Identifier: GPL-2.0
"""What Documentation/hardware.rst shows of netlists and simulation: written, or checked.

A comment ".. drawing NAME" or ".. simulated BENCH" is followed by what belongs there, up
to the comment ".. end".
"""

import re

from . import requirements, simulate

BLOCK = re.compile(r"^\.\. (drawing|simulated) ([^\n]+)\n\n(.*?)^\.\. end$", re.M | re.S)
MARK = "* ---\n"
# Numbers may differ by this much between versions of the simulator.
RELATIVE = 0.03
# Decimals of a number in the unit itself, and in its thousandth.
DECIMALS = {"V": (2, 0), "A": (1, 2), "s": (1, 2), "J": (1, 1), "W": (2, 0)}
SCALE = {"k": 1e3, "M": 1e6, "meg": 1e6, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "": 1}
# In a drawing: a part and its value. In a netlist: a part and what its value is made of.
LABEL = re.compile(r"\b([RC]\d+) +(\d[\d.]*)([kMunp]?)(?![\w.])")
PART = re.compile(r"^([rc]\d+) \S+ \S+ (\S+)$", re.M)
NUMBER = re.compile(r"^(\d[\d.]*)(k|meg|m|u|n|p|)$")


def unit(wanted):
    """(what a number is divided by, its unit, decimals): so for all of a requirement."""
    limit = max(abs(end) for end in (wanted.low, wanted.high) if end is not None)
    whole, small = DECIMALS[wanted.unit]
    return (1, wanted.unit, whole) if limit >= 0.1 and wanted.unit != "A" or limit >= 1 else (
        1e-3, "m" + wanted.unit, small)


def number(wanted, value):
    """Without a minus before zero."""
    scale, _, decimals = unit(wanted)
    return f"{round(value / scale, decimals) + 0:.{decimals}f}"


def limits(wanted):
    """What is required, in words."""
    name = unit(wanted)[1]
    plain = [None if end is None else f"{end / unit(wanted)[0]:.4g}"
             for end in (wanted.low, wanted.high)]
    if None not in plain:
        return f"{plain[0]} to {plain[1]} {name}"
    return f"at least {plain[0]} {name}" if plain[1] is None else f"at most {plain[1]} {name}"


def span(found):
    """What was found, in words."""
    ends = [number(found.wanted, end) for end in (found.low, found.high)]
    return " to ".join(dict.fromkeys(ends)) + " " + unit(found.wanted)[1]


def spell(found):
    """A range, its limits and the margin."""
    if found.low is None or found.missing:
        return f"not measured; {limits(found.wanted)}"
    return (f"{span(found)}, {limits(found.wanted)}, margin "
            f"{found.margin / unit(found.wanted)[0]:.3g} {unit(found.wanted)[1]}")


def drawing(name):
    """The drawing in a netlist's comments, as a literal block."""
    text = (simulate.FOLDER / f"{name}.cir").read_text(encoding="utf-8")
    lines = text.split(MARK)[1].splitlines()
    return "::\n\n" + "".join(f"    {line[2:]}".rstrip() + "\n" for line in lines) + "\n"


def table(ranges):
    """The requirements of a bench and what was simulated, as a table."""
    rows = [("what", "required", "simulated")]
    rows += [(found.wanted.text, limits(found.wanted), span(found)) for found in ranges.values()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    rule = "  ".join("=" * width for width in widths) + "\n"
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() + "\n"
             for row in rows]
    return rule + lines[0] + rule + "".join(lines[1:]) + rule + "\n"


def filled(text, whole):
    """The document with its blocks made anew."""
    def made(found):
        kind, name, _ = found.groups()
        block = drawing(name) if kind == "drawing" else table(whole[name])
        return f".. {kind} {name}\n\n{block}.. end"
    return BLOCK.sub(made, text)


def value(text):
    """A number with its unit's prefix, as a netlist has it."""
    digits, prefix = NUMBER.match(text).groups()
    return float(digits) * SCALE[prefix]


def parts(name):
    """{part: its nominal value} of a netlist."""
    text = (simulate.FOLDER / f"{name}.cir").read_text(encoding="utf-8")
    given = dict(re.findall(r"(\w+)=(\S+)", re.search(r"^\.subckt .*$", text, re.M)[0]))
    found = {}
    for part, made_of in PART.findall(text):
        product = 1.0
        for sign, word in re.findall(r"([*/]?)([\w.]+)", made_of.strip("{}")):
            factor = value(given.get(word, word))
            product = product / factor if sign == "/" else product * factor
        found[part.upper()] = product
    return found


def off(printed, simulated, slack):
    """Is a printed number another one than was simulated?"""
    return abs(printed - simulated) > RELATIVE * abs(simulated) + slack


def compare(line, found, full):
    """What is wrong with a line of a table, if anything."""
    words = re.split(r" {2,}", line.strip())
    if words[:2] != [found.wanted.text, limits(found.wanted)]:
        return f"have {line}\nwant {found.wanted.text}  {limits(found.wanted)}"
    scale, name, decimals = unit(found.wanted)
    ends = re.fullmatch(rf"(-?[\d.]+)(?: to (-?[\d.]+))? {name}", words[2])
    if not ends:
        return f"no range: {words[2]}"
    low, high = (float(end) * scale for end in (ends[1], ends[2] or ends[1]))
    slack = scale * 10 ** -decimals
    if full:
        wrong = off(low, found.low, slack) or off(high, found.high, slack)
    else:
        # Some corners only: what they gave has to be within.
        wrong = (found.low < low and off(low, found.low, slack) or
                 found.high > high and off(high, found.high, slack))
    return f"printed {words[2]}, simulated {span(found)}" if wrong else ""


def check(report, text, whole, full):
    """Results: each drawing and each line of a table is what it says."""
    blocks = {(kind, name): body for kind, name, body in BLOCK.findall(text)}
    circuits = sorted(path.stem for path in simulate.FOLDER.glob("*.cir") if path.stem != "parts")
    wanted = {("drawing", name) for name in circuits} | {
        ("simulated", name) for name in requirements.BENCHES}
    report.result(set(blocks) == wanted, "document: each circuit is drawn, each bench has a table",
                  f"missing: {wanted - set(blocks)}\ntoo many: {set(blocks) - wanted}")
    for name in circuits:
        report.result(blocks.get(("drawing", name)) == drawing(name),
                      f"document: {name}: the drawing is that of the netlist")
        have = {part: float(digits) * SCALE[prefix]
                for part, digits, prefix in LABEL.findall(drawing(name))}
        wrong = {part: (drawn, parts(name).get(part)) for part, drawn in have.items()
                 if abs(drawn - parts(name).get(part, 0)) > 1e-6 * drawn}
        report.result(have and not wrong, f"{name}: the values drawn are those simulated",
                      f"drawn, simulated: {wrong}")
    for name, ranges in whole.items():
        lines = [line for line in blocks.get(("simulated", name), "").splitlines()
                 if line and not line.startswith("=")][1:]
        wrong = [compare(line, found, full) for line, found in zip(lines, ranges.values())
                 if found.low is not None and not found.missing]
        if len(lines) != len(ranges):
            wrong.append(f"{len(lines)} lines for {len(ranges)} requirements")
        report.result(not any(wrong), f"document: {name}: the numbers are those simulated",
                      "\n".join(filter(None, wrong)))
