# SPDX-License-Identifier: GPL-2.0
"""Checkers of the driver and its KUnit module, against a prepared kernel tree.

Each gives its findings and the files it has looked at: one that says nothing
because it has not run must not look clean.
"""

import json
import os
import pathlib
import re

from lab import kernels, trees
from lab.common import Trouble, clean_environment

from .common import Finding, messages, mirror, side_by_side, sources, split, told

DRIVER = ("driver", "kunit")
# The checks of clang-tidy, without those that cannot tell anything of a kernel.
TIDY = ",".join((
    "-*", "linuxkernel-*", "clang-analyzer-*", "bugprone-*",
    # memset_s() and the like: there are none in the kernel
    "-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling",
    # two ints beside each other, in whatever function
    "-bugprone-easily-swappable-parameters",
    # the kernel is where reserved names are for
    "-bugprone-reserved-identifier",
    # what the kernel's own W=3 leaves to taste: int for a bounded size
    "-bugprone-narrowing-conversions",
    # names of members and types, which cannot be in parentheses
    "-bugprone-macro-parentheses",
    # the KUnit module compiles the driver's files once more
    "-bugprone-suspicious-include",
))

SPARSE = pathlib.Path(__file__).with_name("sparse")

# Semantic patches that are not run.
NO_PATCH = {
    # They are written in OCaml, and want its compiler; sparse looks for the same.
    "badzero",
    # It knows the tables of one other driver, in OCaml as well.
    "check_bq27xxx_data",
}


class Module:
    """The module's sources, built for a tree."""

    def __init__(self, series, arch):
        self.tree = trees.tree(series, arch, "clang")
        self.top = mirror(self.tree.headers.abi)
        # Since 6.13 a module is built from where it is, with paths relative to it.
        self.built_in = self.top if _numbers(series) >= [6, 13] else self.tree.headers.path
        self._make("W=1", f"-j{os.cpu_count()}", "modules")

    def _make(self, *words):
        made = self.tree.headers
        return told(["make", "-C", made.path, *made.make_args, f"M={self.top}",
                     "BATTGUARD_KUNIT=m", *words], env=clean_environment())

    def _own(self, names):
        return {os.path.relpath(name, self.top)
                for name in (os.path.join(self.top, name) for name in names)
                if name.startswith(f"{self.top}/") and not name.endswith(".mod.c")}

    def sparse(self):
        """sparse, with the byte order of data checked."""
        text = self._make("C=2", f"CHECK={SPARSE}", "CF=-D__CHECK_ENDIAN__",
                          f"-j{os.cpu_count()}", "modules")
        looked = self._own(re.findall(r"^ +CHECK +(?:\[M\] +)?(\S+)$", text, re.M))
        found = messages(text, str(self.top))
        # It goes no further in a file whose headers it cannot understand.
        found += [Finding("(a header)", 0, line) for line in text.splitlines()
                  if (error := re.match(r"(\S+):\d+:\d+: error: ", line))
                  and not self._own([error[1]])]
        return found, looked, set(sources(*DRIVER))

    def tidy(self):
        """clang-tidy's checks for kernels and clang's analyzer."""
        source = self.tree.source
        database = self.top / "compile_commands.json"
        told(["python3", "-B", source / "scripts/clang-tools/gen_compile_commands.py",
              "-d", self.built_in, "-o", database, self.top])
        commands = [entry for entry in json.loads(database.read_text(encoding="utf-8"))
                    if self._own([entry["file"]])]
        for entry in commands:
            # Their paths are relative to where the compiler ran.
            entry["directory"] = str(self.built_in)
        database.write_text(json.dumps(commands), encoding="utf-8")

        def check(files):
            text = told([f"clang-tidy-{trees.CLANG}", "-p", self.top, "--quiet",
                         f"--checks={TIDY}", f"--header-filter=^{re.escape(str(self.top))}/",
                         # what the compiler warns of is the matrix' business
                         "--extra-arg=-Wno-everything", *files], good=(0, 1))
            return text

        parts = side_by_side(check, split(sorted(entry["file"] for entry in commands)))
        text = "\n".join(parts)
        found = messages(text, str(self.top))
        found += [Finding("(a header)", 0, line) for line in text.splitlines()
                  if re.match(r"\S+: (fatal )?error: |Error while processing", line)
                  and not line.startswith(f"{self.top}/")]
        return found, self._own([entry["file"] for entry in commands]), set(sources(*DRIVER))

    def coccinelle(self, folders):
        """The kernel's semantic patches that report, of some folders or all (None)."""
        place = self.tree.source / "scripts/coccinelle"
        patches = sorted(path for path in place.rglob("*.cocci")
                         if (folders is None or path.parent.name in folders)
                         and path.stem not in NO_PATCH
                         and re.search(r"virtual\s+report", path.read_text(encoding="utf-8")))
        release = told(["spatch", "--version"]).split()[2]
        found, looked = [], set()
        words = self._include_words()

        def check(part):
            results = []
            for path in part:
                script = path.read_text(encoding="utf-8")
                options = " ".join(re.findall(r"Options:(.*)", script)).split()
                needs = re.search(r"Requires: *(\S+)", script)
                if needs and _numbers(needs[1]) > _numbers(release):
                    continue
                results.append((path, told(
                    ["spatch", "-D", "report", "--no-show-diff", "--very-quiet",
                     "--cocci-file", path, *options, "--patch", self.tree.source, *words,
                     *(self.top / name for name in sources(*DRIVER))], cwd=self.top)))
            return results

        for part in side_by_side(check, split(patches)):
            for path, text in part:
                looked.add(path.stem)
                found += [item._replace(text=f"{item.text} [{path.stem}]")
                          for item in messages(text, str(self.top))]
        wanted = {path.stem for path in patches}
        if len(wanted) < (1 if folders else 50):
            raise Trouble(f"{place} has {len(wanted)} semantic patches")
        return found, looked, wanted

    def _include_words(self):
        """The include directories, as the kernel's own coccicheck hands them on."""
        source, karch = self.tree.source, kernels.ARCHES[self.tree.headers.arch][1]
        karch = "x86" if karch == "x86_64" else karch
        made = self.tree.headers.path
        words = []
        for path in (source / "arch" / karch / "include",
                     made / "arch" / karch / "include/generated", source / "include", made / "include", source / "include/uapi",
                     self.top / "include", self.top / "driver"):
            words += ["-I", path]
        return words


def _numbers(version):
    return [int(number) for number in re.findall(r"\d+", version)]
