"""The densities of `mmm.model` and their gradients, compiled once per machine."""
