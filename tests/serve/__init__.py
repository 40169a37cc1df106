"""Tests of the workbench in a browser: a real server on loopback, and clients that speak like the page."""
