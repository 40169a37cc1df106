"""Writing files and folders whole or not at all, and never over files that this program did not write."""
