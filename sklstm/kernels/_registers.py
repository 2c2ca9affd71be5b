"""How many numbers are worked on at a time."""

from llvmlite import binding

#: Samples side by side. LLVM puts sixteen numbers into four, two or one of the vector registers.
LANES = 16

_WIDE = binding.get_host_cpu_features().get("avx512f", False)  # 32 registers of 512 bits

#: Vectors of lanes that the innermost loop of a product keeps in registers; it divides `LANES`.
ROWS = 8 if _WIDE else 4

#: Tiles for which it keeps them at the same time, in single precision, if a network is large.
TILES = 3 if _WIDE else 1
