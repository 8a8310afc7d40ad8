#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Builds the module for every kernel series and architecture, at W=1.

Each cell of the table is a test: a compiler's or modpost's warning fails it.
Where the kernel is one built from source, the KUnit module is built too.  The
arm64 cells are also measured: the module's code may take 32 KiB, and so may a
device's memory with its ring of events.

A cell whose headers cannot be fetched just now (an archive amid its update)
is told and skipped, but a series or an architecture that was skipped
altogether is a failure.
"""

import argparse
import os
import re
import sys

from bglab import common, kernels, report, srckernel
from bglab.common import BUILD, ROOT, Trouble, lock, run

LIMIT = 32 * 1024
# That another compiler than the kernel's is at work says nothing of our code.
NOT_OURS = re.compile(r"warning: (the compiler|pahole version) differs from the one")
STRICT = ("W=1", "KCFLAGS=-Werror")


def compile_cell(made, extra=()):
    """Build for these headers; the module's path. Trouble when it complains."""
    out = BUILD / "matrix" / made.abi
    with lock(f"matrix-{made.abi}"):
        out.mkdir(parents=True, exist_ok=True)
        for name in ("Kbuild", "driver", "include", "kunit"):
            kernels._mirror(ROOT / name, out / name)
        # a module built before a change of a kernel's headers is not trusted,
        # nor one whose warnings were said in an earlier run
        for item in [*out.rglob("*.o"), *out.rglob("*.ko")]:
            item.unlink()
        said = run(["make", f"-j{os.cpu_count()}", "-C", made.path, *made.make_args, *STRICT,
                    *extra, f"M={out}", "modules"], env=kernels._clean_environment())
    # -Werror is for the compiler; modpost and kbuild only say it
    found = [line for line in said.splitlines()
             if re.search(r"\bwarning\b", line, re.I) and not NOT_OURS.match(line)]
    if found:
        raise Trouble("\n".join(found))
    wanted = [out / "driver/battguard.ko"]
    if "BATTGUARD_KUNIT=m" in extra:
        wanted.append(out / "kunit/battguard_kunit.ko")
    for path in wanted:
        if not path.is_file():
            raise Trouble(f"no {path.relative_to(out)}")
    return wanted[0]


def sizes(module, cross):
    """(code, read-only data) of a module, by its sections."""
    code = data = 0
    for line in run([cross + "readelf", "-SW", module]).splitlines():
        match = re.match(r" *\[ *\d+\] (\S+) +\S+ +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) +[0-9a-f]+ "
                         r"+([WAXMSILOGTCxoEDlp]+)", line)
        if not match or "A" not in match[3]:
            continue
        if "X" in match[3]:
            code += int(match[2], 16)
        elif "W" not in match[3]:
            data += int(match[2], 16)
    return code, data


def memory(module, cross):
    """Bytes of a device's structure and of its ring of events (debug information)."""
    dump = run([cross + "readelf", "--debug-dump=info", module])
    found = dict(re.findall(r"DW_TAG_structure_type\)\n[^\n]*DW_AT_name[^\n]*: "
                            r"(battguard|bg_ring)\n[^\n]*DW_AT_byte_size *: (\w+)\n", dump))
    if len(found) != 2:
        raise Trouble(f"no sizes of struct battguard and bg_ring in {module.name}")
    return sum(int(size, 0) for size in found.values())


def cells(series, arches, source):
    """(series, architecture, function giving the headers and further words)."""
    for one in series:
        for arch in arches:
            yield one, arch, lambda one=one, arch=arch: (kernels.headers(one, arch), [])
        if source and one in srckernel.SERIES and "arm64" in arches:
            yield (one, "arm64+kunit", lambda one=one: (srckernel.build(one).headers,
                                                        ["BATTGUARD_KUNIT=m"]))


def main():
    """Build all cells; status 1 when one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", action="append", choices=kernels.SERIES)
    parser.add_argument("--arch", action="append", choices=list(kernels.ARCHES))
    parser.add_argument("--no-source", action="store_true",
                        help="leave out the kernels built from source")
    options = parser.parse_args()
    series = options.series or list(kernels.SERIES)
    arches = options.arch or list(kernels.ARCHES)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    built, table = set(), {}

    def result(good, text):
        counts["passed" if good else "failed"] += 1
        print(f"{'ok' if good else 'not ok'} - {text}", flush=True)

    for one, arch, headers in cells(series, arches, not options.no_source):
        name = f"build W=1 for {one} {arch}"
        try:
            made, extra = headers()
        except Trouble as trouble:
            counts["skipped"] += 1
            table[one, arch] = "none"
            print(f"ok - {name} # SKIP {str(trouble).splitlines()[-1]}", flush=True)
            continue
        built |= {one, arch}
        report.note_kernel(f"{made.abi} (build)")
        try:
            module = compile_cell(made, extra)
        except Trouble as trouble:
            table[one, arch] = "FAILED"
            print("".join(f"# {line}\n" for line in str(trouble).splitlines()[-30:]), end="")
            result(False, name)
            continue
        result(True, name)
        code, data = sizes(module, kernels.ARCHES[arch.split("+")[0]][2])
        table[one, arch] = f"{code} B"
        if arch == "arm64":
            result(0 < code <= LIMIT, f"code on arm64 for {one}: {code} bytes of {LIMIT} "
                                      f"(read-only data {data} bytes)")
            each = memory(module, kernels.ARCHES[arch][2])
            result(0 < each <= LIMIT, f"memory for each device on arm64 for {one}: "
                                      f"{each} bytes of {LIMIT}")
    for one in [*series, *arches]:
        if one not in built:
            result(False, f"no build at all for {one}")

    columns = list(dict.fromkeys(arch for _, arch in table))
    print("# code   " + "".join(f"{arch:>14}" for arch in columns))
    for one in series:
        print(f"# {one:<7}" + "".join(f"{table.get((one, arch), '-'):>14}" for arch in columns))
    if counts["skipped"]:
        print(f"# {counts['skipped']} skipped")
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    common.main(main)
