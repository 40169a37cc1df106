"""Learning from finished documents: phrase memory, tagger, calibration, and learned versions on disk."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# A network's matrices are so small that waiting for a second thread costs more than it gives: three times as long on a
# busy machine. numpy reads this when it is first imported.
