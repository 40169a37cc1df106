"""The workbench: screens and widgets; the only place that knows Textual."""
