import numpy as np
import pytest

from sklstm.kernels import LANES, Layout, Plan
from sklstm.recurrence import NetworkSpec

LAYER_ARRAYS = ("stack", "rows", "kept", "grad_hidden", "grad_state", "above", "below")
HEAD_ARRAYS = ("head_stack", "head_rows", "grad_head")
TARGETS = pytest.mark.parametrize("every_step", [False, True])


def extents(plan):
    """Return first place and room of each array that the records describe."""
    found = []
    for places in plan.layers:
        for name in LAYER_ARRAYS:
            if places[name] >= 0:
                step = int(places[f"{name}_step"]) if f"{name}_step" in places.dtype.names else 0
                size = int(places[f"{name}_size"]) * plan.n_tiles
                assert step in (0, size)
                steps = plan.n_steps + (name == "kept") if step else 1
                found.append((int(places[name]), size * steps))
    network, spec = plan.network[0], plan.layout.spec
    n_read = plan.n_steps if spec.every_step else 1
    for name in HEAD_ARRAYS:
        size = int(network[f"{name}_size"]) * plan.n_tiles
        assert network[f"{name}_step"] == (size if n_read > 1 else 0)
        found.append((int(network[name]), size * n_read))
    inner, step = spec.num_layers - 1, int(network["outputs_step"])
    assert step == spec.state_size * LANES * plan.n_tiles
    found.append((int(network["step_mask"]), plan.n_steps * plan.n_tiles * LANES))
    found.append((int(network["outputs"]), inner * plan.n_steps * step))
    found.append((int(network["grad_outputs"]), plan.n_steps * step if inner else 0))
    return sorted(found)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "mingru", "slstm"])
@pytest.mark.parametrize("two_ways", [False, True])
@pytest.mark.parametrize("num_layers", [1, 3])
@pytest.mark.parametrize("trains", [False, True])
@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (3, 5)])
@TARGETS
def test_arrays_fill_the_memory_without_touching(
    cell, two_ways, num_layers, trains, shape, every_step
):
    layout = Layout(NetworkSpec(cell, 3, 7, 18, num_layers, two_ways, every_step=every_step))
    plan, end = Plan(layout, *shape, trains=trains), 0
    for first, size in extents(plan):
        assert first == end
        end += size
    assert end == plan.size


def test_without_training_nothing_is_kept_that_nobody_reads():
    layout = Layout(NetworkSpec("lstm", 3, 7, 1, 2))
    short, long = (Plan(layout, 2, n_steps) for n_steps in (10, 11))
    per_step = long.size - short.size
    inputs = sum(layer.n_columns for layer in layout.layers)
    slack = per_step // (2 * LANES) - inputs
    # A step costs the inputs of both layers, what the first one keeps, and its outputs.
    assert slack >= 3 * 7 + 7 + 1
    assert slack <= 3 * 7 + 2 * 7 + 1 + 2 * 8
    assert (short.layers["grad_hidden"] == -1).all()


@pytest.mark.parametrize("drops", [False, True])
@pytest.mark.parametrize("drops_state", [False, True])
@TARGETS
def test_masks_have_room(drops, drops_state, every_step):
    layout = Layout(NetworkSpec("gru", 3, 7, 1, 3, True, every_step=every_step))
    plan = Plan(layout, 2, 5, trains=True, drops=drops, drops_state=drops_state)
    # Layers and directions; steps of two levels and those that the head reads.
    state, output = 6 * 7, 14 * (2 * 5 + (5 if every_step else 1))
    assert plan.mask_size == 2 * LANES * (drops_state * state + drops * output)
    firsts = plan.layers["state_mask"]
    np.testing.assert_array_equal(firsts, np.arange(6) * 7 * 32 if drops_state else -1)
    expected = drops_state * state * 32 if drops else -1
    assert plan.network["output_masks"][0] == expected
