# SPDX-License-Identifier: GPL-2.0
"""Builds the tests in userspace against one changed driver after the other."""

import concurrent.futures
import os
import pathlib
import resource
import shutil
import subprocess

from .common import ROOT, Trouble, make

DRIVER, HOST = ROOT / "driver", ROOT / "kunit/host"
WALL_SECONDS = 900


def run(argv, cpu_seconds=None):
    """Run a command; return its status and everything it printed. A run that
    exceeds its processor time is killed, as its status shows."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if cpu_seconds:
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))

    done = subprocess.run([str(arg) for arg in argv], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=WALL_SECONDS, check=False,
                          preexec_fn=limit)
    return done.returncode, done.stdout


class Builder:
    """All objects of the tests, built once; a change costs one of them and a link."""

    def __init__(self, folder, compiler, *options):
        """The options are for the driver; the tests are compiled for speed."""
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "objects").mkdir(parents=True)
        self.folder = folder
        self.compiler = compiler
        self.options = options
        made = {words[0]: words[1:] for words in
                (line.split() for line in make(HOST, "-s", "list").splitlines())}
        self.flags = [flag for flag in made["flags"] if not flag.startswith("-W")]
        self.sources = [pathlib.Path(name) for name in made["driver"]]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            self.driver = list(pool.map(self._compile, self.sources))
            self.tests = list(pool.map(lambda source: self._compile(source, options=["-O2"]),
                                       map(pathlib.Path, made["tests"])))

    def _compile(self, source, to=None, options=None):
        made = (to or self.folder / "objects") / (source.stem + ".o")
        status, text = run([self.compiler, *self.flags, *(options or self.options), "-c", "-o",
                            made, source])
        if status:
            raise Trouble(f"does not build: {text}")
        return made

    def _link(self, objects, to):
        program = to / "host_test"
        status, text = run([self.compiler, "-o", program, *self.tests, *objects])
        if status:
            raise Trouble(f"does not build: {text}")
        return program

    def sound(self):
        """The program with the driver as it is."""
        return self._link(self.driver, self.folder)

    def changed(self, to, file, text):
        """The program with one file of the driver changed, in a folder of its own."""
        to.mkdir(parents=True)
        if file.endswith(".h"):
            # It may be part of any object, of the tests as well.
            tree = self.tree(to, file, text)
            make(tree / "kunit/host", f"O={to}", f"HOSTCC={self.compiler} -w",
                 "WARN=-std=gnu11", f"PLAIN_FLAGS={' '.join(self.options)}", f"{to}/host_test")
            return to / "host_test"
        source = to / pathlib.Path(file).name
        source.write_text(text, encoding="utf-8")
        objects = [made for made in self.driver if made.stem != source.stem]
        return self._link([*objects, self._compile(source, to)], to)

    @staticmethod
    def tree(to, file, text):
        """A copy of the driver and its tests, with one file changed."""
        tree = to / "tree"
        for name in ("driver", "kunit"):
            shutil.copytree(ROOT / name, tree / name)
        (tree / "driver" / file).write_text(text, encoding="utf-8")
        return tree
