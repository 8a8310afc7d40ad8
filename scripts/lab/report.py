# SPDX-License-Identifier: GPL-2.0
"""What ran, on which kernel, with counts and times: a table and a web page.

A suite is a program of its own. Where it boots a kernel or builds for one, the
lab notes that kernel in the file that the environment names, so the table says
what was run and not what was meant to be. Coverage comes from the JSON files
that the coverage suites leave beside the report.
"""

import contextlib
import dataclasses
import fcntl
import html
import json
import os
import pathlib
import re
import time

from .common import BUILD, Trouble

NOTES = "BATTGUARD_KERNELS"
# A kernel built from source, as the lab names it.
OWN = re.compile(r"\bsrc-([\d.]+)-(.+)-[0-9a-f]{12}\b")
METRICS = ("lines", "branches", "mcdc")

STYLE = """
body { font: 16px/1.5 sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 1em 0 }
th, td { border: 1px solid #bbb; padding: .2em .6em; text-align: left; vertical-align: top }
td.n { text-align: right; font-variant-numeric: tabular-nums }
tr.bad td { background: #fdd }
pre { background: #f4f4f4; padding: .6em; overflow-x: auto }
"""


def reasoned(path):
    """[(line, reason)] of a list of what is allowed: the comment above a group is its reason."""
    found, reason = [], []
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            reason.append(line[1:].strip())
        elif not line.strip():
            reason = []
        elif not reason:
            raise Trouble(f"{path.name}:{number}: no reason above it")
        else:
            found.append((line.strip(), " ".join(reason)))
    return found


def write_coverage(name, title, files, page=False):
    """Leave for the report what was covered: {file: {metric: [covered, of]}}."""
    told = {"title": title, "files": files}
    if page:
        told["page"] = f"report/coverage-{name}/index.html"
    (BUILD / "report").mkdir(parents=True, exist_ok=True)
    (BUILD / f"report/coverage-{name}.json").write_text(json.dumps(told, indent=1) + "\n",
                                                        encoding="utf-8")


def note_kernel(text):
    """Note that the running suite has used this kernel."""
    text = OWN.sub(r"\1 \2", text)
    path = os.environ.get(NOTES)
    if path:
        with open(path, "a", encoding="utf-8") as notes:
            fcntl.flock(notes, fcntl.LOCK_EX)
            notes.write(text + "\n")


def note_boot(image, messages):
    """Note the kernel of a guest, by what it says of itself."""
    found = next((match for text in messages
                  if (match := re.match(r"Linux version (\S+)", text))), None)
    built = OWN.search(str(image))
    if found:
        note_kernel(found[1] + (f" ({built[2]})" if built else ""))


def kernels_in(path):
    """The kernels noted in a file, each once, in the order of their versions."""
    with contextlib.suppress(FileNotFoundError):
        names = set(pathlib.Path(path).read_text(encoding="utf-8").splitlines())
        return sorted(names, key=lambda name: [int(part) if part.isdigit() else 0
                                               for part in re.split(r"[.\- ]", name)])
    return []


@dataclasses.dataclass
class Row:
    """What came of a suite."""

    name: str
    what: str
    passed: int
    failed: int
    seconds: float
    cpu: float                  # seconds of all processors together
    kernels: list
    complaints: list            # the lines that say what failed


def table(rows, seconds):
    """The rows as plain text, with the sums, and the seconds of all together."""
    width = max(len(row.name) for row in rows)
    out = [f"{'suite':<{width}} {'passed':>7} {'failed':>7} {'seconds':>8} {'cpu':>8}  kernels"]
    for row in rows:
        out.append(f"{row.name:<{width}} {row.passed:>7} {row.failed:>7} {row.seconds:>8.0f} "
                   f"{row.cpu:>8.0f}  "
                   + (", ".join(row.kernels) or "-"))
    out.append(f"{'all':<{width}} {sum(row.passed for row in rows):>7} "
               f"{sum(row.failed for row in rows):>7} {seconds:>8.0f} "
               f"{sum(row.cpu for row in rows):>8.0f}")
    return "\n".join(out)


def _cells(kind, values):
    out = []
    for value in values:
        number = isinstance(value, (int, float))
        text = f"{value:.0f}" if isinstance(value, float) else html.escape(str(value))
        out.append(f"<{kind}{' class=n' if number else ''}>{text}</{kind}>")
    return "".join(out)


def _percent(pair):
    done, total = pair
    return f"{100 * done / total:.1f} % ({done} of {total})" if total else "-"


def _coverage(path):
    """A table of one coverage file: {title, page, files: {name: {metric: [done, all]}}}."""
    told = json.loads(path.read_text(encoding="utf-8"))
    used = [metric for metric in METRICS
            if any(metric in counts for counts in told["files"].values())]
    out = [f"<h2>{html.escape(told['title'])}</h2>"]
    if told.get("page"):
        out.append(f'<p><a href="{html.escape(told["page"])}">Line by line</a></p>')
    out.append("<table><tr>" + _cells("th", ["file", *used]) + "</tr>")
    sums = {metric: [0, 0] for metric in used}
    for name, counts in sorted(told["files"].items()):
        for metric in used:
            for place in (0, 1):
                sums[metric][place] += counts.get(metric, (0, 0))[place]
        out.append("<tr>" + _cells("td", [name, *(_percent(counts.get(metric, (0, 0)))
                                                  for metric in used)]) + "</tr>")
    out.append("<tr>" + _cells("th", ["all", *(_percent(sums[metric]) for metric in used)])
               + "</tr></table>")
    return out


def write(build, title, revision, rows, seconds):
    """Write build/report.html; gives its path."""
    passed = sum(row.passed for row in rows)
    failed = sum(row.failed for row in rows)
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    out = ["<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
           f"<title>battguard: {html.escape(title)}</title><style>{STYLE}</style></head><body>",
           f"<h1>battguard: {html.escape(title)}</h1>",
           f"<p>{when}, revision {html.escape(revision)}: <b>{passed} passed, "
           f"{failed} failed</b>.</p>",
           "<table><tr>" + _cells("th", ["suite", "what", "passed", "failed", "seconds",
                                         "cpu seconds", "kernels"]) + "</tr>"]
    for row in rows:
        link = f'<td><a href="log/{html.escape(row.name)}.log">{html.escape(row.name)}</a></td>'
        out.append(f"<tr{' class=bad' if row.failed else ''}>" + link
                   + _cells("td", [row.what, row.passed, row.failed, row.seconds, row.cpu,
                                   ", ".join(row.kernels) or "-"]) + "</tr>")
    out.append("<tr>" + _cells("th", ["all", "", passed, failed,
                                      seconds, sum(row.cpu for row in rows), ""]) + "</tr></table>")
    for row in rows:
        if row.complaints:
            out.append(f"<h2>Failed in {html.escape(row.name)}</h2><pre>"
                       + html.escape("\n".join(row.complaints)) + "</pre>")
    for path in sorted((build / "report").glob("coverage-*.json")):
        out += _coverage(path)
    out.append("</body></html>")
    page = build / "report.html"
    page.write_text("\n".join(out) + "\n", encoding="utf-8")
    return page
