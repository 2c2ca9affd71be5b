"""Who is measured: the peers, their environments and numbers of threads."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PeerSetting:
    """A peer as it is measured.

    Parameters
    ----------
    label : str
        Its name in the tables.
    environment : str
        Name of its virtual environment, and of the file of its requirements.
    module : str
        Module below ``peers`` that knows it.
    threads : int, optional
        Number of threads; by default the library's own choice.
    options : dict, optional
        Arguments of the module's class.
    variables : dict, optional
        Environment variables.
    """

    label: str
    environment: str
    module: str
    threads: int | None = None
    options: dict = field(default_factory=dict)
    variables: dict = field(default_factory=dict)


def _keras(backend, label):
    variables = {"KERAS_BACKEND": "tensorflow" if backend == "tf" else backend}
    variables |= {"TF_CPP_MIN_LOG_LEVEL": "2", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""}
    return PeerSetting(label, f"keras-{backend}", "keras_peer", variables=variables)


REFERENCE = "sklstm, 2 threads"

PEERS = {
    setting.label: setting
    for setting in (
        PeerSetting("sklstm, 1 thread", "sklstm", "sklstm_peer", 1),
        PeerSetting(REFERENCE, "sklstm", "sklstm_peer", 2),
        PeerSetting('sklstm, engine="torch"', "sklstm", "sklstm_peer", 2, {"engine": "torch"}),
        PeerSetting("torch, 1 thread", "sklstm", "torch_peer", 1),
        PeerSetting("torch, 2 threads", "sklstm", "torch_peer", 2),
        PeerSetting("skorch, 1 thread", "sklstm", "skorch_peer", 1),
        PeerSetting("skorch, 2 threads", "sklstm", "skorch_peer", 2),
        PeerSetting("JAX", "jax", "jax_peer", variables={"JAX_PLATFORMS": "cpu"}),
        _keras("jax", "Keras, JAX"),
        _keras("tf", "Keras, TensorFlow"),
        _keras("torch", "Keras, torch"),
        PeerSetting("darts", "darts", "darts_peer"),
        PeerSetting("neuralforecast", "neuralforecast", "neuralforecast_peer"),
        PeerSetting("MLPRegressor", "sklstm", "mlp_peer", 1),
        PeerSetting("matrix product, 1 thread", "sklstm", "product_peer", 1),
        PeerSetting("matrix product, 2 threads", "sklstm", "product_peer", 2),
        PeerSetting("sklstm pipeline", "sklstm", "pipeline_peer", 2),
    )
}

ENVIRONMENTS = tuple(dict.fromkeys(setting.environment for setting in PEERS.values()))
