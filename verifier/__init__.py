"""Reproduces a Vercel build in a clean container and proves why a deployment fails."""

__version__ = "0.1.0"
