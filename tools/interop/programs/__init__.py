"""The programs, in the order of the table: one module each."""

from tools.interop.programs import bioc, brat, cassis, doccano, flair, gliner, gliner2, hf_datasets, label_studio, spacy

PROGRAMS = (
    label_studio.PROGRAM,
    doccano.PROGRAM,
    brat.PROGRAM,
    spacy.PROGRAM,
    flair.PROGRAM,
    gliner.PROGRAM,
    gliner2.PROGRAM,
    hf_datasets.PROGRAM,
    cassis.PROGRAM,
    bioc.PROGRAM,
)
