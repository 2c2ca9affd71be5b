"""How many numbers are worked on at a time."""

from llvmlite import binding

#: Samples side by side. LLVM puts sixteen numbers into four, two or one of the vector registers.
LANES = 16

#: Vectors of lanes that the innermost loop of a product keeps in registers; it divides `LANES`.
ROWS = 8 if binding.get_host_cpu_features().get("avx512f") else 4
