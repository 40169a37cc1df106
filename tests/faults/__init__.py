"""Faults on purpose: the n-th write, sync, rename, open, mkdir or lock of a command fails, or its process dies."""
