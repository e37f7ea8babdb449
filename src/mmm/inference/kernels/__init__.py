"""Compiled densities and their gradients."""
