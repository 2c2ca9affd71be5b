"""Training on long sequences against short ones of as many steps: the ratio of seconds.

    python benchmarks/long_sequences.py

Gradients vanish on their way through hundreds of steps, and numbers below the smallest normal one
make processors slow. A ratio of 1 says that nothing of it is left; per step a long sequence takes
the same work: lengths are powers of two, so that the batches of all of them fill the vectors of
sixteen samples. Seconds are those of the processor, the fastest of some turns, taken in turn.
"""

import argparse
import time

import numpy as np

from sklstm import GRURegressor, LSTMRegressor

SHORT, N_STEPS, TURNS = 32, 1 << 17, 5


def seconds(regressor, n_timesteps):
    """Return the processor's seconds of a fit of two epochs."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_STEPS // n_timesteps, n_timesteps, 1))
    # As many optimizer steps for any length, so that they cost the same.
    regressor.set_params(batch_size=max(1, len(X) // 8))
    start = time.process_time()
    regressor.fit(X, X[:, -1, 0])
    return time.process_time() - start


def main():
    """Print a line for each cell and length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lengths", type=int, nargs="+", default=[128, 256, 1024])
    arguments = parser.parse_args()
    for kind in (GRURegressor, LSTMRegressor):
        regressor = kind(32, max_epochs=2, random_state=0)
        lengths = [SHORT, *arguments.lengths]
        turns = [[seconds(regressor, length) for length in lengths] for _ in range(TURNS)]
        short, *longer = np.min(turns[1:], axis=0)  # the first turn compiles
        for length, found in zip(arguments.lengths, longer, strict=True):
            print(f"{kind.__name__}, {length} steps: {found / short:.2f} times {SHORT} steps")


if __name__ == "__main__":
    main()
