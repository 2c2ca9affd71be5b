"""How many numbers are worked on at a time."""

from llvmlite import binding

#: Samples side by side. LLVM puts sixteen numbers into four, two or one of the vector registers.
LANES = 16

#: Vectors of lanes that the innermost loop of a product keeps in registers; it divides `LANES`.
_HAS_AVX512 = binding.get_host_cpu_features().get("avx512f", False)
ROWS = 8 if _HAS_AVX512 else 4

#: Tiles whose products are computed together in single precision, so that a weight is read once.
TILES = 3 if _HAS_AVX512 else 1
