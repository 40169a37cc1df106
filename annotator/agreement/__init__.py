"""Agreement: pure functions of layers.

``alignment`` and ``relations`` say which item of one layer stands for which of another; ``packing`` lays all layers
out in arrays, ``matching`` and ``positions`` compare thousands of pairs of them at once, ``counting`` counts;
``totals`` sum over documents, ``coefficients`` are the formulas, ``measures`` say what they are computed from,
``estimates`` how far the figures can be trusted, ``differences`` which of them differ; ``gamma`` is the one measure
that takes its time, made of the ``disorder`` of the ``best_alignment`` of ``unitary`` ones.  ``places`` are where
curators marked something, and ``competence`` is what their answers there say of them.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Matrices here are so small that waiting for a second thread costs more than it gives: six times as long on a busy
# machine. numpy reads this when it is first imported.
