# SPDX-License-Identifier: GPL-2.0
"""Check the devicetree binding as the kernel's own build would.

For each kernel tree: yamllint with the tree's rules, the schema against the
meta-schemas and the tree's schemas, the examples (compiled and validated), and
the nodes of nodes.py, on the board of board.dtsi: the good ones must raise no
message, the bad ones exactly those that are named there.

The trees are those of Debian's linux-source packages, of which only the
bindings are unpacked; --tree takes any kernel source instead. The last line
is "N passed, N failed"; the status is 0 only if none failed.
"""

import argparse
import pathlib
import re
import shutil
import subprocess

from lab import debian, tap
from lab.common import BUILD, ROOT, Trouble, lock, main, setup

from . import nodes

BINDING = ROOT / "dt-bindings/power/supply/gpio-battery-guard.yaml"
HERE = pathlib.Path(__file__).resolve().parent
BOARD = '#include "board.dtsi"\n&guard {{{}}};\n'
COMPATIBLE = "gpio-battery-guard"
VERSIONS = ("6.1", "6.12")
EXAMPLES = 3

# What of a kernel tree is needed; the schemas that are compiled into one, for
# dt-validate, are those that a node of the examples or the tests may meet.
PARTS = ("Documentation/devicetree/bindings", "include/dt-bindings")
SCHEMAS = ("power/supply", "gpio")

# Warnings that the kernel's build leaves off as well.
DTC = ("dtc", "-I", "dts", "-O", "dtb", "-Wno-avoid_unnecessary_addr_size",
       "-Wno-graph_child_address", "-Wno-interrupt_provider")


def words(*argv, cwd=None):
    """Status and everything a tool said, as it concerns the reader.

    The schema tools end with 0 in spite of errors: what they say counts.
    """
    done = subprocess.run([str(word) for word in argv], text=True, cwd=cwd,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.strip()


def debian_tree(version):
    """The bindings of Debian's kernel source of that version, unpacked once."""
    [package] = debian.fetch([f"linux-source-{version}"], "amd64")
    tree = BUILD / "dt" / package.stem
    with lock("dt"):
        if not tree.is_dir():
            debian.unpack_source(package, tree, parts=PARTS)
    return tree


class Binding:
    """The binding, checked against one kernel tree."""

    def __init__(self, name, tree, binding, report):
        self.name = name
        self.tree = tree.absolute()
        self.bindings = self.tree / PARTS[0]
        self.report = report
        # The schema must lie below a directory "schemas" as its $id says.
        self.work = BUILD / "dt" / f"work-{name}"
        shutil.rmtree(self.work, ignore_errors=True)
        self.schema = self.work / "schemas/power/supply" / BINDING.name
        self.schema.parent.mkdir(parents=True)
        shutil.copy(binding, self.schema)
        self.compiled = self.work / "schema.json"

    def tell(self, check, complaint=""):
        """Count one check; a complaint means that it failed."""
        return self.report.result(not complaint, f"{self.name}: {check}", complaint)

    def quiet(self, check, *argv):
        """A check that passes when the tool succeeds and says nothing."""
        code, said = words(*argv, cwd=self.work)
        self.tell(check, said or (f"status {code}" if code else ""))

    def compile(self, name, text):
        """Preprocess and compile; gives the blob, or raises the complaint."""
        source, plain, blob = (self.work / (name + end) for end in (".dts", ".pp.dts", ".dtb"))
        source.write_text(text, encoding="utf-8")
        for argv in (["cpp", "-nostdinc", "-undef", "-D__DTS__", "-x", "assembler-with-cpp",
                      "-I", self.tree / "include", "-I", HERE, source, plain],
                     [*DTC, "-o", blob, plain]):
            code, said = words(*argv)
            if code or said:
                raise ValueError(said or f"{argv[0]}: status {code}")
        return blob

    def validate(self, blob):
        """The messages of dt-validate, each without the path and the schema."""
        code, said = words("dt-validate", "-s", self.compiled, blob)
        if code:
            raise ValueError(said or f"dt-validate: status {code}")
        messages = []
        for line in said.splitlines():
            if line.startswith("\tFrom schema:"):
                continue
            if line.startswith(f"{blob}: "):
                messages.append(line[len(f"{blob}: "):])
            elif messages:
                messages[-1] += "\n" + line
            else:
                messages.append(line)
        return [message for message in messages if not self.echo(message, messages)]

    @staticmethod
    def echo(message, messages):
        """A wrong value makes its property unevaluated too: no message by itself."""
        if "Unevaluated properties are not allowed" not in message:
            return False
        node = message.split(":")[0]
        return all(any(other.startswith(f"{node}: {name}:") for other in messages)
                   for name in re.findall(r"'([^']+)'", message))

    def document(self):
        """The binding itself; can it be used?"""
        self.quiet("yamllint", "yamllint", "-c", self.bindings / ".yamllint", self.schema)
        # The schema's $id is compared with the path as it is given here.
        self.quiet("schema", "dt-doc-validate", "-u", self.bindings,
                   self.schema.relative_to(self.work))
        code, said = words("dt-mk-schema", "-j", "-o", self.compiled, self.work / "schemas",
                           *(self.bindings / part for part in SCHEMAS))
        if not said and (code or COMPATIBLE not in self.compiled.read_text(encoding="utf-8")):
            said = f"status {code}, the binding is not in it"
        return self.tell("schema compiles", said)

    def examples(self):
        """Each example of the binding, in one device tree as dt-schema makes it."""
        code, text = words("dt-extract-example", self.schema)
        found = text.count(f'compatible = "{COMPATIBLE}"')
        self.tell(f"{EXAMPLES} examples", "" if not code and found == EXAMPLES
                  else f"{found} found, status {code}")
        self.judge("examples", text + "\n")

    def judge(self, check, text, expected=()):
        """A device tree that must raise the messages it expects and no other."""
        try:
            try:
                blob = self.compile(check.replace("/", "-"), text)
            except ValueError as error:
                # The compiler's words count as well.
                messages = str(error).splitlines()
            else:
                messages = self.validate(blob)
        except ValueError as error:
            self.tell(check, str(error))
            return
        complaint = [f"not said: {text}" for text in expected
                     if not any(text in message for message in messages)]
        complaint += [f"not expected: {message}" for message in messages
                      if not any(text in message for text in expected)]
        self.tell(check, "\n".join(complaint))

    def run(self):
        """All checks; without a schema there is nothing more to check."""
        if not self.document():
            return
        self.examples()
        for name, properties in nodes.GOOD.items():
            self.judge(f"good/{name}", BOARD.format(properties))
        for name, properties, *expected in nodes.BAD:
            self.judge(f"bad/{name}", BOARD.format(properties), expected)


def entry():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=pathlib.Path, action="append", metavar="DIR",
                        help="a kernel source to check against, instead of Debian's")
    parser.add_argument("--binding", type=pathlib.Path, default=BINDING, metavar="FILE",
                        help="check this file in the place of the project's binding")
    options = parser.parse_args()
    setup("binding")
    if not options.binding.is_file():
        raise Trouble(f"no such file: {options.binding}")
    trees = {tree.resolve().name: tree for tree in options.tree or []}
    for name, tree in trees.items():
        if not (tree / PARTS[0]).is_dir():
            raise Trouble(f"{name} is no kernel source: it has no {PARTS[0]}")
    if not trees:
        trees = {version: debian_tree(version) for version in VERSIONS}
    report = tap.Report()
    with lock("dt-work"):
        for name, tree in trees.items():
            Binding(name, tree, options.binding, report).run()
    return report.end()


if __name__ == "__main__":
    main(entry)
