"""Losses of torch: one value per sample, then their weighted mean."""

from torch import nn

from sklstm.losses import torch_functions


class WeightedLoss(nn.Module):
    """Weighted mean of a loss over the samples of a batch.

    Parameters
    ----------
    loss : Loss
        Which loss, as in `sklstm.losses`.
    """

    def __init__(self, loss):
        super().__init__()
        self.loss = loss

    def forward(self, output, target, weight=None):
        """Return the mean loss.

        Parameters
        ----------
        output : Tensor of shape (n_samples, n_outputs)
            What the network returned; also (n_samples, n_timesteps, n_outputs).
        target : Tensor of shape (n_samples, n_targets), or (n_samples,) of class numbers
            What it should have returned, with the axis of steps if outputs have it. Rows that are
            NaN and class numbers that are negative are no targets.
        weight : Tensor of shape (n_samples,), optional
            Weights of the samples, equal by default. A sample has its weight at every target.

        Returns
        -------
        loss : Tensor of shape ()
            Their mean.
        """
        if output.ndim == 3:
            mask = ~target[..., 0].isnan() if target.is_floating_point() else target >= 0
            output, target = output[mask], target[mask]
            if weight is not None:
                weight = weight[:, None].expand(mask.shape)[mask]
        loss = self.loss.of_rows(output, target, torch_functions())
        if weight is None:
            return loss.mean()
        return (loss * weight).sum() / weight.sum()
