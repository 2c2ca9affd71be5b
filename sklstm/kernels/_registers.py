"""How many numbers are worked on at a time."""

from llvmlite import binding

#: Samples side by side. LLVM puts sixteen numbers into four, two or one of the vector registers.
LANES = 16

_WIDE = binding.get_host_cpu_features().get("avx512f", False)  # 32 registers of 512 bits

#: Vectors of lanes that the innermost loop of a product keeps in registers; it divides `LANES`.
ROWS = 8 if _WIDE else 4

#: Tiles, or panels of weights, that products can take together: each weight is read once for all.
MOST = 3

#: How many they take in single precision, in small networks and in large ones. The registers hold
#: as many sums only if they are wide; code for three takes longer to compile.
TILES_OF_SMALL, TILES_OF_LARGE = (2, MOST) if _WIDE else (1, 1)

#: Units whose equations are computed side by side, so that none waits for the others' results.
UNITS = 4 if _WIDE else 2

#: Samples of a last tile for which lanes are rows of the weights, in code for three tiles.
FEW = 4
