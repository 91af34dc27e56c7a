"""Asah: plan, deliver and evaluate the development of Indonesian civil servants."""

__version__ = "0.1.0"
