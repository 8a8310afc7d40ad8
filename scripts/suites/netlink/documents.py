# SPDX-License-Identifier: GPL-2.0
"""Compares the documents with the netlink specification, word by word.

States, reasons, changes, causes, numbers and ranges are spelled once, in the
specification; the documents explain them, and have to name each of them and no
other. Prints one line for each check: a document, what it lists, and what is
missing or too much there.

Run by the distribution's Python, as words.py is:  documents.py ROOT
"""

import pathlib
import re
import sys

import yaml

from words import Spec, lower

ABI = "Documentation/ABI/testing/sysfs-class-power-battguard"
GUIDE = "Documentation/battguard.rst"
MAN = "tools/man/battguard.4"
TOOL = "tools/man/battguardctl.8"
BINDING = "dt-bindings/power/supply/gpio-battery-guard.yaml"
SYSFS = "driver/sysfs.c"
# Files of the class itself, which the documents explain beside ours.
OF_CLASS = {"charge_behaviour"}


def tables(text):
    """[[first column of each row]] of the simple tables of a text."""
    found, inside = [], False
    for line in text.expandtabs().splitlines():
        line = line.strip()
        if re.fullmatch(r"=+( +=+)+", line):
            # The first rule opens a table, the one after the heads separates.
            if not inside:
                found.append([])
            inside = True
        elif inside and line:
            found[-1].append(line)
        elif not line:
            inside = False
    return found


def first_column(rows):
    return [row.split("  ")[0].strip("`") for row in rows]


def table_of(text, *words):
    """The first column of the table that has these words in it, without its head."""
    for rows in tables(text):
        column = first_column(rows)
        if set(words) <= set(column):
            return column
    return []


def among(column, head=()):
    """The words of a first column: what goes on in a second line has none."""
    return {word for word in column if word not in head and re.fullmatch(r"[a-z][a-z-]*", word)}


def abi_entry(text, name):
    """The description of a file in the ABI document."""
    for entry in re.split(r"\n\n(?=What:)", text):
        if f"/{name}\n" in entry:
            return entry
    return ""


def items(text, part):
    """The items that a part of a manual page has in bold."""
    found = re.search(rf"^\.S[sh] {part}\n(.*?)(?=^\.S[sh] |\Z)", text, re.M | re.S)
    return set(re.findall(r"^\.It Sy (\S+)$", found[1], re.M)) if found else set()


def all_ranges(text):
    return re.findall(r"\b\d+ to \d+\b", text)


def paired(text):
    """{file: [range]} of those items of a manual page that have as many ranges as files."""
    found = {}
    for names, body in re.findall(r"^\.It Pa (.*)\n((?:(?!\.It |\.El).*\n)*)", text, re.M):
        names = re.findall(r"[a-z_]+", names)
        if len(names) == len(all_ranges(body)):
            found.update((name, [said]) for name, said in zip(names, all_ranges(body)))
    return found


def files(source):
    """The files of our own, as the driver makes them."""
    return set(re.findall(r"^BG_FILE(?:_RW)?\((\w+),", source, re.M))


def ranges(spec):
    """{setting: (smallest, largest)} of those that are numbers."""
    return {item["name"]: (item["checks"].get("min", 0), item["checks"]["max"])
            for item in spec.numbers("settings") if item["name"].endswith("-ms")}


def checks(root):
    """(document, what it lists, what it has to list, what it has)."""
    spec = Spec(root / "Documentation/netlink/specs/battguard.yaml")
    text = {name: (root / name).read_text(encoding="utf-8")
            for name in (ABI, GUIDE, MAN, TOOL, SYSFS)}
    states, reasons, changes, causes = ({word for word, _ in spec.words(name)}
                                        for name in ("state", "reason", "change", "cause"))
    none = {"none"}
    yield ABI, "states", states, among(table_of(abi_entry(text[ABI], "state"), "normal"))
    yield (ABI, "reasons", reasons | none,
           among(table_of(abi_entry(text[ABI], "load_off_reasons"), "none")))
    yield GUIDE, "states", states, among(table_of(text[GUIDE], "state", "normal"), ["state"])
    yield GUIDE, "reasons", reasons, among(table_of(text[GUIDE], "word", "cable"), ["word"])
    for name, wanted in (("changed", changes), ("cause", causes)):
        listed = re.search(rf"^``{name}``((?:  .*\n)+)", text[GUIDE], re.M)
        yield GUIDE, f"words of {name}", wanted, set(re.findall(r"[a-z-]+", listed[1]))
        listed = re.search(rf"^\.Va {name}\nare (.*?)\.$", text[TOOL], re.M | re.S)
        yield (TOOL, f"words of {name}", {lower(word) for word in wanted},
               set(re.findall(r"[a-z_]+", listed[1])) - {"and"})
    yield MAN, "states", states, items(text[MAN], "States")
    yield MAN, "reasons", reasons, items(text[MAN], "Reasons")
    advice = spec.advice("reason")
    yield "specification", "reasons with what to look at", reasons, set(advice)
    # As the tool says it, so that nobody reads two opinions.
    page = " ".join(re.sub(r"^\.Pa ", "", text[MAN], flags=re.M).split())
    yield (MAN, "what to look at", set(advice.values()),
           {said for said in advice.values() if said in page})

    numbers = {lower(item["name"]) for name in ("status", "settings", "dev")
               for item in spec.numbers(name)}
    own = files(text[SYSFS])
    made = {"load", "charger", "pre_alarm", "allow_charge", "allow_discharge", "low_cell"}
    yield SYSFS, "files", own & numbers | made, own
    yield ABI, "files", own, set(re.findall(r"<supply_name>/(\w+)$", text[ABI], re.M))
    table = [row for rows in tables(text[GUIDE]) if "file" in first_column(rows)[0]
             for row in rows]
    listed = {word for row in table for word in re.findall(r"``([a-z_]+)``", row[:32])}
    yield GUIDE, "files", own, listed & (own | numbers) - OF_CLASS
    pages = {word for line in re.findall(r"^\.It Pa (.*)$", text[MAN], re.M)
             for word in re.findall(r"[a-z_]+", line)}
    yield MAN, "files", own | OF_CLASS, pages

    # Those that are no files are explained with the tool, which shows them.
    more = numbers - own - OF_CLASS - {"outputs"}
    more |= {lower(item["name"]) for item in spec.times("event")}
    more |= {lower(item["name"].removesuffix("-ns")) if "since" in item["name"] else
             lower(item["name"]) for item in spec.times("dev")}
    said = set(re.findall(r"[a-z_]+", text[TOOL]))
    yield TOOL, "numbers that are no files", more, more & said
    yield (TOOL, "outputs", {lower(word) for word, _ in spec.words("output")},
           {lower(word) for word, _ in spec.words("output")} & said)

    behaviours = {word for word, _ in spec.words("charge-behaviour")}
    row = re.search(r"^``charge_behaviour``((?:  .*\n)+)", text[GUIDE], re.M)
    yield (GUIDE, "words of charge_behaviour", behaviours,
           set(re.findall(r"``([a-z-]+)``", row[1] if row else "")))
    item = re.search(r"^\.It Pa charge_behaviour\n((?:(?!\.It ).*\n)*)", text[MAN], re.M)
    yield (MAN, "words of charge_behaviour", behaviours,
           set(re.findall(r"^\.Qq ([a-z-]+)", item[1] if item else "", re.M)))

    binding = yaml.safe_load((root / BINDING).read_text(encoding="utf-8"))["properties"]
    for name, (least, most) in ranges(spec).items():
        item = binding.get(name, {})
        yield BINDING, f"range of {name}", {(least, most)}, {(item.get("minimum"),
                                                             item.get("maximum"))}
        said = f"{least} to {most}"
        row = re.search(rf"^``{name}``  .*$", text[GUIDE], re.M)
        for where, have in ((ABI, all_ranges(abi_entry(text[ABI], lower(name)))),
                            (GUIDE, all_ranges(row[0] if row else "")),
                            (MAN, paired(text[MAN]).get(lower(name), []))):
            yield where, f"range of {name}", {said}, set(have)


def main():
    for document, what, wanted, found in checks(pathlib.Path(sys.argv[1])):
        missing = ", ".join(sorted(map(str, wanted - found)))
        surplus = ", ".join(sorted(map(str, found - wanted)))
        print(f"{document}\t{what}\t" + "; ".join(
            [f"misses {missing}"] * bool(missing) + [f"has {surplus}"] * bool(surplus)))


if __name__ == "__main__":
    main()
