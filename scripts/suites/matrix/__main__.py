# SPDX-License-Identifier: GPL-2.0
"""Builds the module for every kernel series and architecture, at W=1.

Each cell of the table is a test: a compiler's or modpost's warning fails it.
gcc builds for Debian's headers, of 6.1 for the newest and for the oldest that
the archive has.  clang builds for trees prepared with it, with the KUnit module;
so does gcc where the kernel is one built from source.  The arm64 cells of gcc
are also measured: the module's code may take 44 KiB, a device's memory with its
ring of events 28 KiB. Where a kernel instruments each shift and each access of an
array (CONFIG_UBSAN, in Debian's 7.3), the code is measured without, and told with.

Without --full, there is one cell of clang, one of the oldest 6.1, and none of a
kernel built from source.

A cell whose headers cannot be fetched just now (an archive amid its update)
is told and skipped, but a series or an architecture that was skipped
altogether is a failure.
"""

import argparse
import os
import re

from lab import common, kernels, srckernel, tap, trees
from lab.common import BUILD, Trouble, lock, run
from lab.report import note_kernel

CODE_LIMIT = 44 * 1024
DEVICE_LIMIT = 28 * 1024
PAGE = 4096
# That another compiler than the kernel's is at work says nothing of our code.
NOT_OURS = re.compile(r"warning: (the compiler|pahole version) differs from the one")
# What a tree without a kernel's symbols makes modpost say.
NO_SYMBOLS = re.compile(r"WARNING: modpost: (.* undefined!$|suppressed \d+ unresolved symbol)")
STRICT = ("W=1", "KCFLAGS=-Werror")


def compile_cell(made, extra=()):
    """Build for these headers; the module's path. Trouble when it complains."""
    out = BUILD / "matrix" / made.abi
    with lock(f"matrix-{made.abi}"):
        kernels.copy_sources(out)
        # a module built before a change of a kernel's headers is not trusted,
        # nor one whose warnings were said in an earlier run
        for item in [*out.rglob("*.o"), *out.rglob("*.ko")]:
            item.unlink()
        said = kernels.make_modules(made, out, "-s", f"-j{os.cpu_count()}", *STRICT, *extra)
    # -Werror is for the compiler; modpost and kbuild only say it
    found = [line for line in said.splitlines()
             if re.search(r"\bwarning\b", line, re.I) and not NOT_OURS.match(line)
             and not ("KBUILD_MODPOST_WARN=1" in made.make_args and NO_SYMBOLS.match(line))]
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
    """Bytes that a device takes with its ring of events: whole pages (debug information)."""
    dump = run([cross + "readelf", "--debug-dump=info", module])
    found = re.search(r"DW_TAG_structure_type\)\n[^\n]*DW_AT_name[^\n]*: battguard\n"
                      r"[^\n]*DW_AT_byte_size *: (\w+)\n", dump)
    if not found:
        raise Trouble(f"no size of struct battguard in {module.name}")
    return -(-int(found[1], 0) // PAGE) * PAGE


def cells(options):
    """(series, column, function giving the headers and further words)."""
    kunit = ["BATTGUARD_KUNIT=m"]
    for one in options.series:
        for arch in options.arch:
            if one != kernels.OLDEST or options.full or arch == "arm64":
                yield one, arch, lambda one=one, arch=arch: (kernels.headers(one, arch), [])
        if options.full and one in srckernel.SERIES and "arm64" in options.arch:
            yield (one, "arm64+kunit",
                   lambda one=one: (srckernel.build(one).headers, kunit))
        for arch in options.arch if one != kernels.OLDEST else ():
            if options.full or (one, arch) == ("6.12", "arm64"):
                yield (one, f"{arch}+clang", lambda one=one, arch=arch:
                       (trees.tree(one, arch, "clang").headers, kunit))


def main():
    """Build all cells; status 1 when one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="every cell")
    parser.add_argument("--series", action="append", choices=(kernels.OLDEST, *kernels.SERIES))
    parser.add_argument("--arch", action="append", choices=list(kernels.ARCHES))
    options = parser.parse_args()
    series = options.series = options.series or [kernels.OLDEST, *kernels.SERIES]
    arches = options.arch = options.arch or list(kernels.ARCHES)
    report = tap.Report()
    built, table = set(), {}
    for one, arch, headers in cells(options):
        name = f"build W=1 for {one} {arch}"
        table[one, arch] = "FAILED"
        try:
            made, extra = headers()
        except Trouble as trouble:
            if "+" in arch:         # not the archive, but our own making
                report.result(False, name, trouble)
            else:
                table[one, arch] = "none"
                report.skip(name, str(trouble).splitlines()[-1])
            continue
        name += f" ({made.abi})"
        built |= {one, arch}
        note_kernel(f"{made.abi} (build)")
        try:
            module = compile_cell(made, extra)
        except Trouble as trouble:
            report.result(False, name, "\n".join(str(trouble).splitlines()[-30:]))
            continue
        report.result(True, name)
        code, data = sizes(module, kernels.ARCHES[arch.split("+")[0]][2])
        table[one, arch] = f"{code} B"
        if arch == "arm64":
            more = ""
            if b"__ubsan_handle" in module.read_bytes():
                more = f", {code} bytes with UBSAN"
                module = compile_cell(made, [*extra, "CONFIG_UBSAN="])
                code, data = sizes(module, kernels.ARCHES[arch][2])
            report.result(0 < code <= CODE_LIMIT, f"code on arm64 for {one}: {code} bytes "
                          f"of {CODE_LIMIT} (read-only data {data} bytes{more})")
            report.result(b"net-pf-" not in module.read_bytes(),
                          f"no alias for {one} by which a request for the family loads it")
            each = memory(module, kernels.ARCHES[arch][2])
            report.result(0 < each <= DEVICE_LIMIT, f"memory for each device on arm64 for {one}: "
                          f"{each} bytes of {DEVICE_LIMIT}")
    for one in [*series, *arches]:
        if one not in built:
            report.result(False, f"no build at all for {one}")

    columns = list(dict.fromkeys(arch for _, arch in table))
    report.remark("code       " + "".join(f"{arch:>14}" for arch in columns))
    for one in series:
        report.remark(f"{one:<11}" + "".join(f"{table.get((one, arch), '-'):>14}"
                                             for arch in columns))
    return report.end()


if __name__ == "__main__":
    common.main(main)
