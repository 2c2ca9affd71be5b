"""The network in plain torch, for the bare loop and for skorch."""

from torch import nn


class Network(nn.Module):
    """A recurrent layer and a linear output at its last step.

    Parameters
    ----------
    cell : {"lstm", "gru"}
        Kind of the layer.
    hidden_size : int
        Its units.
    """

    def __init__(self, cell="lstm", hidden_size=32):
        super().__init__()
        self.layer = {"lstm": nn.LSTM, "gru": nn.GRU}[cell](1, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, 1)

    def forward(self, windows):
        """Return one output for each window.

        Parameters
        ----------
        windows : Tensor of shape (n_samples, n_timesteps, 1)
            Windows.

        Returns
        -------
        outputs : Tensor of shape (n_samples, 1)
            The outputs.
        """
        return self.head(self.layer(windows)[0][:, -1])
