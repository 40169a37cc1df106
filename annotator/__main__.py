"""``python -m annotator``, and where the command ``annotator`` begins: before anything of ours is imported."""

from __future__ import annotations

import sys


def run() -> int:
    """Run the command line; return the process's exit status, also where ctrl+c comes while it is being imported."""
    try:
        import os
        import signal

        def stop(*_: object) -> None:
            os.write(2, b"annotator: stopped\n")
            os._exit(130)

        # not by an exception: importing calls finalizers, which lose it, and nothing was begun that must be ended
        is_default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if is_default:
            signal.signal(signal.SIGINT, stop)
        from annotator.cli.main import main

        if is_default:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return main()
    except KeyboardInterrupt:
        sys.stderr.write("annotator: stopped\n")
        return 130


if __name__ == "__main__":
    sys.exit(run())
