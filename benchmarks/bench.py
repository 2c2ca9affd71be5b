"""What all parts share: the workers, how thorough to be, and what failed."""

from dataclasses import dataclass, replace

from roster import PEERS
from workers import NotMeasuredError, Worker


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Parameters
    ----------
    turns : int
        Turns of quick things.
    slow_turns : int
        Turns of what takes a peer about a minute.
    search_epochs : int
        Epochs of each fit of the search.
    bulk_windows : int
        Windows that are predicted together.
    pipeline_rows : int
        Rows of the series that shows the peak of memory.
    scaling_rows : tuple of int
        Rows of the series that show the growth of time.
    calls : int
        Single predictions in a turn.
    share_of_windows : float
        Share of the windows that networks are trained on.
    most_epochs : int
        Limit for the epochs of a turn, and of those to the loss.
    """

    turns: int = 5
    slow_turns: int = 1
    search_epochs: int = 20
    bulk_windows: int = 100_000
    pipeline_rows: int = 1_000_000
    scaling_rows: tuple = (100_000, 200_000, 400_000)
    calls: int = 300
    share_of_windows: float = 1.0
    most_epochs: int = 1000

    def sized(self, task):
        """Return a task, made smaller if less is to be measured.

        Parameters
        ----------
        task : EpochTask
            The task.

        Returns
        -------
        task : EpochTask
            It, or a smaller one.
        """
        return replace(
            task,
            n_windows=int(task.n_windows * self.share_of_windows),
            epochs_per_turn=min(task.epochs_per_turn, self.most_epochs),
            epochs_to_loss=min(task.epochs_to_loss, self.most_epochs),
        )


THOROUGH = Effort()
QUICK = Effort(
    turns=2,
    search_epochs=2,
    bulk_windows=10_000,
    pipeline_rows=100_000,
    scaling_rows=(10_000, 20_000, 40_000),
    calls=50,
    share_of_windows=0.2,
    most_epochs=2,
)


class Bench:
    """Workers of all peers.

    Parameters
    ----------
    environments : Environments
        Where their interpreters are.
    logs : pathlib.Path
        Folder of their logs.
    effort : Effort
        How much is measured.
    """

    def __init__(self, environments, logs, effort):
        self.environments, self.logs, self.effort = environments, logs, effort
        self.failures = {}
        self._workers = {}

    def worker(self, label):
        """Return the worker of a peer.

        Parameters
        ----------
        label : str
            The peer.

        Returns
        -------
        worker : Worker
            A process that lasts until `stop`.

        Raises
        ------
        NotMeasuredError
            If its environment is missing.
        """
        if label not in self._workers:
            self._workers[label] = self.fresh_worker(label)
        return self._workers[label]

    def fresh_worker(self, label):
        """Return a worker of its own, which the caller stops.

        Parameters
        ----------
        label : str
            The peer.

        Returns
        -------
        worker : Worker
            The worker.

        Raises
        ------
        NotMeasuredError
            If its environment is missing.
        """
        setting = PEERS[label]
        if setting.environment in self.environments.failures:
            raise NotMeasuredError(self.environments.failures[setting.environment])
        return Worker(setting, self.environments.python(setting.environment), self.logs)

    def failures_of(self, topic):
        """Return the dictionary that takes the reasons for what is not measured.

        Parameters
        ----------
        topic : str
            What was to be measured.

        Returns
        -------
        failures : dict of str to str
            Reason for each peer.
        """
        return self.failures.setdefault(topic, {})

    def prepare(self, labels, failures, method, **arguments):
        """Let peers prepare themselves, and leave out those that fail.

        Parameters
        ----------
        labels : iterable of str
            The peers.
        failures : dict of str to str
            Receives the reasons.
        method : str
            What they do.
        **arguments : object
            With what.

        Returns
        -------
        labels : list of str
            Those that did it.
        """
        ready = []
        for label in labels:
            try:
                self.worker(label).call(method, **arguments)
            except NotMeasuredError as error:
                failures[label] = str(error)
            else:
                ready.append(label)
        return ready

    def ask(self, label, method, **arguments):
        """Return a function that asks a peer.

        Parameters
        ----------
        label : str
            The peer.
        method : str
            What it is to do.
        **arguments : object
            With what.

        Returns
        -------
        function : callable
            Takes no arguments.
        """
        return lambda: self.worker(label).call(method, **arguments)

    def versions(self):
        """Return the versions of all peers in use.

        Returns
        -------
        versions : dict of str to dict
            By the name of the environment.
        """
        versions = {}
        for worker in self._workers.values():
            try:
                found = worker.call("versions")
            except NotMeasuredError:
                continue
            versions.setdefault(worker.peer.environment, {}).update(found)
        return versions

    def stop(self):
        """End all workers."""
        for worker in self._workers.values():
            worker.stop()
        self._workers.clear()
