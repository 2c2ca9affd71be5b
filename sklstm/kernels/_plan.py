"""Which arrays a pass needs, and where each stands in one block of memory."""

from ._cells import cell_code
from ._layout import round_up
from ._places import LAYER, NETWORK, records
from ._registers import LANES, ROWS, TILES_OF_LARGE, TILES_OF_SMALL

_MANY_WEIGHTS = 1 << 13  # from here on products of three tiles are worth their compilation
_TILES_OF_GRADIENT = 16  # of one or more steps, whose gradients are added up together


def _is_large(layout):
    return layout.n_multiplied >= _MANY_WEIGHTS


def tiles_at_a_time(layout):
    """Return how many tiles a forward pass best takes at a time.

    They are so few that what a step hands from product to cell and back stays in the cache nearby;
    weights that do not fit into it are read once for all of them.
    """
    return 6 if _is_large(layout) else 4  # twos, and threes


class Plan:
    """The places of all arrays of a pass.

    Parameters
    ----------
    layout : Layout
        The network.
    n_tiles, n_steps : int
        The largest numbers of tiles of samples and of steps.
    trains : bool, default=False
        Whether there will be backward passes. Without them an array that nobody looks back at has
        room for one step.
    drops, drops_state : bool, default=False
        Whether there will be masks of dropout, and of recurrent dropout.

    Attributes
    ----------
    network : ndarray of NETWORK, shape (1,)
        Places that the layers share.
    layers : ndarray of LAYER, shape (n_layers * n_directions,)
        Places of each layer and direction.
    size, mask_size : int
        How many numbers, and how many numbers of masks, there are.
    n_head_steps : int
        The largest number of steps that the head reads.
    n_output_rows : int
        Outputs of the widest layer; those of the others and the masks have as many rows.
    """

    def __init__(self, layout, n_tiles, n_steps, *, trains=False, drops=False, drops_state=False):
        self.layout, self.n_tiles, self.n_steps, self.trains = layout, n_tiles, n_steps, trains
        self.n_head_steps = n_steps if layout.spec.every_step else 1
        n_directions = len(layout.spec.directions)
        self.n_output_rows = max(max(layout.spec.units) * n_directions, layout.spec.state_size)
        self.size = self.mask_size = 0
        self.network = records(NETWORK, 1)
        self.layers = records(LAYER, len(layout.layers))
        first_part = 0
        for number, layer in enumerate(layout.layers):
            places = self.layers[number]
            places["backward"], places["units"] = number % n_directions, layer.units
            places["n_inputs"], places["state_column"] = layer.n_inputs, layer.state_column
            places["first_part"] = first_part
            places["last_part"] = first_part = first_part + len(layer.parts)
            self._place_layer(places, layer, number // n_directions)
            if drops_state:
                places["state_mask"] = self._reserve_mask(layer.units)
        self._place_network(drops)

    def kind_of_code(self, dtype):
        """Return what the code depends on: cell, precision, tiles whose products go together."""
        together = 1
        if dtype == "float32":
            together = TILES_OF_LARGE if _is_large(self.layout) else TILES_OF_SMALL
        return cell_code(self.layout.spec), dtype, together

    def _place_layer(self, places, layer, number):
        n_steps, spec = self.n_steps, self.layout.spec
        n, last = layer.units, number == spec.num_layers - 1
        self._place(places, "stack", layer.n_columns + ROWS, n_steps)
        self._place(places, "rows", layer.n_rows + LANES, n_steps if self.trains else 1)
        reads_all = not last or spec.every_step or spec.pooling != "last"
        keeps = self.trains or reads_all
        code = cell_code(spec)
        self._place(places, "kept", code.n_kept * n, n_steps + 1 if keeps else 1)
        places["peepholes"] = layer.peepholes
        if not self.trains:
            return
        self._place(places, "grad_hidden", n + ROWS)
        self._place(places, "grad_state", code.n_grad_states * n)
        if layer.peepholes >= 0:
            self._place(places, "grad_peepholes", len(code.cell.peepholes) * n)
        if reads_all:
            self._place(places, "above", n, n_steps)
        if number or spec.embeds:
            self._place(places, "below", layer.n_inputs + ROWS, n_steps)

    def _place_network(self, drops):
        spec, network, head = self.layout.spec, self.network[0], self.layout.head
        n_inner, n_read = self.n_steps * (spec.num_layers - 1), self.n_head_steps
        network["n_weights"], network["n_features"] = self.layout.n_weights, spec.n_features
        network["n_tiles"], network["n_parts"] = self.n_tiles, len(self.layout.parts)
        network["n_layers"], network["n_directions"] = spec.num_layers, len(spec.directions)
        network["n_outputs"], network["every_step"] = spec.n_outputs, spec.every_step
        network["reads_tokens"], network["embedding"] = bool(spec.n_tokens), self.layout.embedding
        network["state_size"] = spec.state_size
        self._place_pooled(network)
        network["steps_at_a_time"] = max(1, _TILES_OF_GRADIENT // self.n_tiles)
        network["step_mask"] = self._reserve(1, self.n_steps)
        widest = self.n_output_rows
        network["outputs_size"] = widest * LANES
        network["outputs_step"] = widest * LANES * self.n_tiles
        network["outputs"] = self._reserve(widest, n_inner)
        network["grad_outputs"] = self._reserve(widest, self.n_steps if n_inner else 0)
        if drops:
            network["output_masks"] = self._reserve_mask(widest * (n_inner + n_read))
            if spec.embeds:
                network["input_mask"] = self._reserve_mask(spec.n_features)
        self._place(network, "head_stack", head.n_columns + ROWS, n_read)
        self._place(network, "head_rows", round_up(head.n_rows, LANES), n_read)
        self._place(network, "grad_head", head.n_inputs + ROWS, n_read)

    def _place_pooled(self, network):
        """Say where in what the head reads each kind of pooled states begins."""
        spec = self.layout.spec
        width = spec.units[-1] * len(spec.directions) * LANES
        for number, kind in enumerate(() if spec.every_step else spec.poolings):
            network[f"{kind}_column"] = number * width

    def _place(self, places, name, n_rows, n_steps=None):
        places[name] = self._reserve(n_rows, n_steps or 1)
        places[f"{name}_size"] = n_rows * LANES
        if n_steps is not None:
            places[f"{name}_step"] = 0 if n_steps == 1 else n_rows * LANES * self.n_tiles

    def _reserve(self, n_rows, n_steps):
        first = self.size
        self.size += n_rows * LANES * self.n_tiles * n_steps
        return first

    def _reserve_mask(self, n_rows):
        first = self.mask_size
        self.mask_size += n_rows * LANES * self.n_tiles
        return first
