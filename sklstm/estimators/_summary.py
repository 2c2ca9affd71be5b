"""A table of the layers of a network."""


def summary_table(spec):
    """Return one line for each layer of a network, and the total of the parameters.

    Parameters
    ----------
    spec : NetworkSpec
        The network.

    Returns
    -------
    table : str
        Name, kind and number of parameters of each layer.
    """
    way = "bidirectional " if spec.bidirectional else ""
    kinds = {f"layer{k}": f"{way}{spec.cell.upper()}, {n}" for k, n in enumerate(spec.units)}
    kinds["embedding"] = f"{spec.n_tokens:,} tokens, {spec.n_features}"
    kinds["head"] = f"linear, {spec.n_outputs}"
    rows = [(part, kinds[part], f"{count:,}") for part, count in spec.parameter_counts().items()]
    rows.append(("total", "", f"{spec.n_parameters:,}"))
    return "\n".join(f"{part:<9} {kind:<26} {count:>12}" for part, kind, count in rows)
