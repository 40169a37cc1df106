"""Asks chat servers that others wrote, and tells what came of it: `make chat-test`."""
