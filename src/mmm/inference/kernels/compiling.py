"""How the kernels are compiled: once per machine, kept on disk."""

import numba

compiled = numba.njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
