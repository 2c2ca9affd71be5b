"""Virtual environments of the peers, one for each set of versions."""

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
CHECKOUT = FOLDER.parent
OWN = "sklstm"  # the environment that the checkout itself is installed into


class Environments:
    """Environments below a folder; they are made where they are missing.

    Parameters
    ----------
    folder : pathlib.Path
        Where they are.
    """

    def __init__(self, folder):
        self.folder = folder
        self.failures = {}

    def python(self, name):
        """Return the interpreter of an environment.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        path : pathlib.Path
            Path of the interpreter.
        """
        binaries = "Scripts" if os.name == "nt" else "bin"
        return self.folder / name / binaries / "python"

    def prepare(self, names):
        """Make environments, or reuse those whose requirements have not changed.

        Parameters
        ----------
        names : iterable of str
            Which ones. Those that fail are listed in ``failures`` with the reason.
        """
        for name in names:
            print(f"environment {name} ...", flush=True)
            try:
                self._prepare(name)
            except (OSError, subprocess.CalledProcessError) as error:
                output = getattr(error, "stderr", None) or str(error)
                last_line = output.strip().splitlines()[-1]
                self.failures[name] = f"its environment cannot be installed: {last_line}"
                print(f"  {self.failures[name]}", flush=True)

    def _prepare(self, name):
        requirements = FOLDER / "requirements" / f"{name}.txt"
        wanted, stamp = requirements.read_text(), self.folder / name / "installed.txt"
        if not stamp.exists() or stamp.read_text() != wanted:
            self.folder.mkdir(parents=True, exist_ok=True)
            _run([sys.executable, "-m", "venv", self.folder / name])
            self._install(name, "-r", requirements)
            stamp.write_text(wanted)
        if name == OWN:
            self._install(name, ".")
            self._install(
                name, "--no-deps", "--force-reinstall", "."
            )  # the same version, other code

    def _install(self, name, *arguments):
        command = [self.python(name), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        if name == OWN:
            command += ["-c", "constraints.txt"]
        _run([*command, *arguments])


def _run(command):
    command = [str(part) for part in command]
    subprocess.run(command, check=True, cwd=CHECKOUT, capture_output=True, text=True)
