# SPDX-License-Identifier: GPL-2.0
"""What the host does to a guest while something else is under way."""

import threading


class Meanwhile(threading.Thread):
    """Does something time and again, in a thread of its own, as long as a context lasts.

    step: what is done, with the number of the time, from 1 on; pause: seconds before
    each time, or a function that gives them. What goes wrong ends the context.
    """

    def __init__(self, step, pause):
        super().__init__(daemon=True)
        self.count = 0
        self._step = step
        self._pause = pause if callable(pause) else lambda: pause
        self._over = threading.Event()
        self._wrong = None

    def run(self):
        try:
            while not self._over.wait(self._pause()):
                self.count += 1
                self._step(self.count)
        except Exception as trouble:            # raised again where it is seen
            self._wrong = trouble

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self._over.set()
        self.join()
        if self._wrong and not kind:
            raise self._wrong
