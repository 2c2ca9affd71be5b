"""Finding the device that a user named."""

import torch


def find_device(name):
    """Return the torch device called `name`, if this machine has it.

    Parameters
    ----------
    name : str
        ``"cpu"``, ``"cuda"``, ``"cuda:1"``, ``"mps"``, or ``"auto"`` for the first accelerator
        there is and the processor otherwise.

    Returns
    -------
    device : torch.device
        Where to train.

    Raises
    ------
    ValueError
        If there is no such device.
    """
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    if name == "auto":
        return accelerator or torch.device("cpu")
    known = ["cpu"] if accelerator is None else ["cpu", accelerator.type]
    try:
        if name.partition(":")[0] not in known:
            raise RuntimeError(f"this machine has {' and '.join(known)}")
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"The 'device' parameter must be 'cpu', 'auto' or an accelerator of this machine such "
            f"as 'cuda'. Got {name!r}, which is not there: {str(error).splitlines()[0]}."
        ) from error
    return device
