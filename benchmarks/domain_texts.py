"""Texts of two domains that no rule knows, made of templates: English adverts and Spanish clinical notes.

A template's ``[LABEL:…]`` is a span, ``{name}`` a word or phrase from a list; the second half of each list comes in
document by document, so that a phrase alone does not tell.  The same number always gives the same document.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from annotator.annotation import Annotations, Span, suggested_span
from annotator.corpus import Article, build_document
from annotator.text import Document

_SLOT = re.compile(r"\{(\w+)\}")
_SPAN = re.compile(r"\[([A-Z]+):([^\]]*)\]")


class Domain(NamedTuple):
    """A domain: its language, how many sentences a document has, and what these are made of."""

    lang: str
    sentences: int
    openings: Sequence[str]
    templates: Sequence[str]
    closings: Sequence[str]
    words: Mapping[str, Sequence[str]]


ADVERTS = Domain(
    "en",
    5,
    (
        "For sale: [ITEM:{colour} {thing}]\n\n",
        "WANTED - [ITEM:{thing}], any colour\n\n",
        "[ITEM:{thing}], {year} model, [PRICE:{price}]\n\n",
        "{place} clear-out, everything must go\n\n",
    ),
    (
        "Selling my [ITEM:{thing}], [CONDITION:{condition}], bought for {price} in {year}. ",
        "The [ITEM:{colour} {thing}] is [CONDITION:{condition}] and yours for [PRICE:{price}]. ",
        "I am asking [PRICE:{price}], or [PRICE:{price}] together with the [ITEM:{thing}]. ",
        "Pick-up from [PLACE:{place}] only, after [TIME:{time}]. ",
        "Delivery within {number} miles of [PLACE:{place}] costs [PRICE:{price}]. ",
        "We are moving to {place} and cannot take it with us. ",
        "Comes with {number} spare parts and a [ITEM:{thing}]. ",
        "No time wasters, please; {name} gets it if nobody else calls before {time}. ",
        "Viewing on [TIME:{time}] or [TIME:{time}] in [PLACE:{place}]. ",
        "It has been [CONDITION:{condition}] since {year}, as {name} will tell you. ",
        "My daughter has outgrown her [ITEM:{thing}] ([CONDITION:{condition}]). ",
        "Swap for a [ITEM:{thing}] considered. ",
    ),
    (
        "\nRing [CONTACT:{phone}], ask for {name}.",
        "\nContact: [CONTACT:{mail}] / [CONTACT:{phone}]",
        "\nText {name} on [CONTACT:{phone}] before [TIME:{time}].",
        "\nPrice: [PRICE:{price}]\nWhere: [PLACE:{place}]\nMail: [CONTACT:{mail}]",
    ),
    {
        "thing": (
            "mountain bike", "sofa bed", "pram", "lawnmower", "electric guitar", "bookcase", "kettle", "fish tank",
            "chest of drawers", "trombone", "tumble dryer", "canoe", "sewing machine", "wheelbarrow", "bunk bed",
            "record player", "camping stove", "rocking chair", "greenhouse", "microscope", "drum kit", "ice skates",
            "standing desk", "wardrobe", "garden bench", "rowing machine", "typewriter", "coffee grinder", "scooter",
            "piano stool", "fridge freezer", "rabbit hutch",
        ),
        "colour": ("dark green", "red", "navy", "cream", "two-tone", "grey", "walnut", "silver", "mustard", "white"),
        "condition": (
            "hardly used", "in good order", "as new", "slightly scratched", "in need of repair", "a bit rusty",
            "like new", "well looked after", "with a few dents", "in full working order", "missing one leg",
            "still boxed", "freshly painted", "rather worn", "unopened", "spotless",
        ),
        "price": ("£45", "£120", "30 pounds", "£7.50", "£1,250", "15 quid", "£80 ono", "£300", "£22", "95 pounds"),
        "place": (
            "Otley", "Upper Heyford", "Wivenhoe", "Leith", "Great Missenden", "Penarth", "Totnes", "Hebden Bridge",
            "Rye", "Stow", "Kirkwall", "Bishop Auckland", "Ludlow", "Mousehole", "Alnwick", "Saffron Walden",
        ),
        "time": (
            "Saturday morning", "six o'clock", "Friday evening", "noon", "the bank holiday", "7 pm", "next Tuesday",
            "half past four", "Sunday", "the 14th", "weekday evenings", "9.30 am",
        ),
        "name": ("Wendy", "Mr Okafor", "Priya", "old Tom", "Agnes", "the Dunnes", "Gareth", "Mina", "Lou", "Joss"),
        "phone": ("01632 960 114", "07700 900 382", "01632 960477", "0700 90 06 51", "07700-900-943", "960 228"),
        "mail": ("bikes@adverts.example", "w.lane@post.example", "mina77@mail.example", "clearout@inbox.example"),
        "year": ("2009", "2014", "1998", "2021", "2017", "1986"),
        "number": ("5", "12", "three", "20", "two", "40"),
    },
)  # fmt: skip

CLINICAL = Domain(
    "es",
    6,
    (
        "Nota de urgencias\nMotivo de consulta: [SINTOMA:{symptom}]\n\n",
        "Revisión de {month}\nAntecedentes: [DIAGNOSTICO:{disease}], en tratamiento con [FARMACO:{drug}]\n\n",
        "Paciente de {number} años, sin alergias conocidas.\n\n",
        "Informe de alta\nDiagnóstico: [DIAGNOSTICO:{disease}]\n\n",
    ),
    (
        "Acude por [SINTOMA:{symptom}] desde hace {number} días. ",
        "Refiere [SINTOMA:{symptom}] y [SINTOMA:{symptom}] que no ceden con [FARMACO:{drug}]. ",
        "Se pauta [FARMACO:{drug}] [DOSIS:{dose}] durante {number} días. ",
        "En la [PRUEBA:{test}] se aprecian signos de [DIAGNOSTICO:{disease}]. ",
        "La [PRUEBA:{test}] de {month} fue normal. ",
        "Niega fiebre, pero su {relative} tuvo [DIAGNOSTICO:{disease}] en {month}. ",
        "Se suspende [FARMACO:{drug}] y se sube [FARMACO:{drug}] a [DOSIS:{dose}]. ",
        "Dada la [SINTOMA:{symptom}], se solicita [PRUEBA:{test}] preferente. ",
        "Vive con su {relative} y camina {number} minutos cada día. ",
        "Queda pendiente [PRUEBA:{test}]; se descarta [DIAGNOSTICO:{disease}]. ",
        "Mejora la [SINTOMA:{symptom}] tras [DOSIS:{dose}] de [FARMACO:{drug}]. ",
        "Se explica el plan a su {relative}, que está de acuerdo. ",
    ),
    (
        "\nTratamiento: [FARMACO:{drug}] [DOSIS:{dose}]; [FARMACO:{drug}] [DOSIS:{dose}]",
        "\nPlan: [PRUEBA:{test}] en {number} semanas",
        "\nJuicio clínico: [DIAGNOSTICO:{disease}]\nRevisión en {month}",
        "\nControl por su médico en {number} días.",
    ),
    {
        "symptom": (
            "tos seca", "cefalea", "dolor en el costado", "mareo", "disnea de esfuerzo", "picor", "náuseas",
            "debilidad en una pierna", "visión borrosa", "insomnio", "palpitaciones", "dolor de oído", "ronquera",
            "hinchazón de tobillos", "pérdida de apetito", "hormigueo en las manos", "sangrado de encías", "vértigo",
            "ardor de estómago", "cansancio", "sudoración nocturna", "estreñimiento", "temblor fino",
            "rigidez matutina",
        ),
        "disease": (
            "asma", "artrosis de cadera", "gastritis crónica", "anemia ferropénica", "neumonía", "migraña", "psoriasis",
            "insuficiencia cardíaca", "otitis media", "hipotiroidismo", "cólico renal", "gota", "bronquitis aguda",
            "diabetes tipo 2", "epilepsia", "rinitis alérgica", "trombosis venosa", "celiaquía", "glaucoma", "lumbago",
        ),
        "drug": (
            "paracetamol", "omeprazol", "enalapril", "metformina", "amoxicilina", "salbutamol", "ibuprofeno",
            "levotiroxina", "furosemida", "loratadina", "tramadol", "bisoprolol", "simvastatina", "prednisona",
            "alopurinol", "diazepam", "hierro oral", "insulina glargina", "acenocumarol", "montelukast",
        ),
        "dose": (
            "500 mg cada ocho horas", "20 mg al día", "1 g", "dos inhalaciones", "una cápsula por la noche", "10 mg",
            "40 mg cada doce horas", "medio comprimido", "5 ml tres veces al día", "75 microgramos", "18 unidades",
            "un sobre antes de comer",
        ),
        "test": (
            "radiografía de tórax", "analítica", "ecografía abdominal", "resonancia lumbar", "gastroscopia",
            "espirometría", "prueba de esfuerzo", "densitometría", "colonoscopia", "audiometría", "gasometría",
            "punción lumbar", "tomografía craneal", "biopsia cutánea",
        ),
        "relative": ("hija", "marido", "madre", "hermano", "abuela", "vecina", "mujer", "padre"),
        "month": ("enero", "marzo", "mayo", "julio", "octubre", "diciembre"),
        "number": ("3", "10", "dos", "15", "47", "seis", "72", "cuatro"),
    },
)  # fmt: skip

DOMAINS = {"adverts, English": ADVERTS, "clinical notes, Spanish": CLINICAL}


def texts(domain: Domain, count: int) -> list[tuple[Document, Annotations]]:
    """Return so many documents of a domain with the spans that they hold."""
    return [_text(domain, number, known=0.5 + 0.5 * number / max(count - 1, 1)) for number in range(count)]


def _text(domain: Domain, number: int, known: float) -> tuple[Document, Annotations]:
    """Make a document from the ``known`` share of each list."""
    dice = random.Random(number)
    body = dice.sample(list(domain.templates), domain.sentences)
    template = "".join([dice.choice(domain.openings), *body, dice.choice(domain.closings), "\n"])
    filled = _SLOT.sub(lambda slot: _pick(dice, domain.words[slot[1]], known), template)
    pieces: list[str] = []
    places: list[tuple[int, int, str]] = []
    _unmark(filled, pieces.append, lambda *place: places.append(place))
    document = build_document(Article(key=f"text-{number:03d}", text="".join(pieces)), (domain.lang,))
    return document, Annotations.of(_span(document, *place) for place in places)


def _pick(dice: random.Random, words: Sequence[str], known: float) -> str:
    return words[dice.randrange(max(1, round(known * len(words))))]


def _unmark(marked: str, write: Callable[[str], None], mark: Callable[[int, int, str], None]) -> None:
    """Write a text without the marks of its spans, and tell where these are."""
    done = length = 0
    for span in _SPAN.finditer(marked):
        before = marked[done : span.start()]
        start = length + len(before)
        length, done = start + len(span[2]), span.end()
        write(before)
        write(span[2])
        mark(start, length, span[1])
    write(marked[done:])


def _span(document: Document, start: int, end: int, label: str) -> Span:
    segment = document.tokens.snap(start, end)
    assert segment is not None
    return suggested_span(*segment, label, "target@1", 1.0)
