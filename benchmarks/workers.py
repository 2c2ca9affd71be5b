"""Processes that each compute for one peer, one of them at a time."""

import json
import os
import re
import subprocess
import threading
from pathlib import Path

SCRIPT = Path(__file__).with_name("worker.py").resolve()
LONGEST_CALL = 1800  # seconds
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# A path that puts the checkout in front of the installed wheel must not reach the workers.
UNWANTED_VARIABLES = (*THREAD_VARIABLES, "PYTHONPATH", "PYTHONSAFEPATH")


class NotMeasuredError(Exception):
    """Something cannot be measured; the message says why."""


def clean_environment(threads=None, variables=None):
    """Return the environment variables of a process that is measured.

    Parameters
    ----------
    threads : int, optional
        Number of threads that libraries may use; by default that is their own choice.
    variables : dict of str to str, optional
        Further ones.

    Returns
    -------
    environment : dict of str to str
        All of them.
    """
    environment = {key: value for key, value in os.environ.items() if key not in UNWANTED_VARIABLES}
    if threads is not None:
        environment |= dict.fromkeys(THREAD_VARIABLES, str(threads))
    return environment | (variables or {})


class Worker:
    """A process of one peer, started at its first call.

    Parameters
    ----------
    peer : PeerSetting
        What it computes, and how.
    python : pathlib.Path
        Interpreter of the peer's environment.
    logs : pathlib.Path
        Folder for what the libraries print.
    """

    def __init__(self, peer, python, logs):
        self.peer, self.python, self.logs = peer, python, logs
        self._process = None

    def call(self, method, **arguments):
        """Call a method of the peer and wait for its result.

        Parameters
        ----------
        method : str
            Its name.
        **arguments : object
            Its arguments, anything that JSON can hold.

        Returns
        -------
        result : object
            What it returned.

        Raises
        ------
        NotMeasuredError
            If it failed or took too long.
        """
        if self._process is None:
            self._process = self._start()
        timer = threading.Timer(LONGEST_CALL, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            line = self._ask({"method": method, "arguments": arguments})
        finally:
            timer.cancel()
        if not line:
            self.stop()
            raise NotMeasuredError("the worker ended, or took too long; its log may say why")
        answer = json.loads(line)
        if "error" in answer:
            raise NotMeasuredError(answer["error"])
        return answer["result"]

    def stop(self):
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()

    def _start(self):
        self.logs.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^a-z0-9]+", "_", self.peer.label.lower()).strip("_")
        options = json.dumps(self.peer.options)
        with open(self.logs / f"{name}.log", "a") as log:
            return subprocess.Popen(
                [self.python, str(SCRIPT), f"peers.{self.peer.module}", options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self.logs,  # not the checkout: the installed wheel is measured
                env=clean_environment(self.peer.threads, self.peer.variables),
            )

    def _ask(self, request):
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return ""
        return self._process.stdout.readline()
