"""The one way to write files and folders: whole or not there, and never over what this program did not write."""
