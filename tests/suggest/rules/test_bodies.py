"""Institutions, companies and media: where their names begin and end, and what is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Marked = list[tuple[str, str]]
Marker = Callable[..., Marked]


def bodies(found: Marked) -> list[str]:
    return [text for text, label in found if label == "ORG"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Lo aprobó el Congreso de Jalisco ayer.", "Congreso de Jalisco"),
        ("La Fiscalía General de Justicia de Puebla acudió.", "Fiscalía General de Justicia de Puebla"),
        ("Los de la Policía del Estado de México van.", "Policía del Estado de México"),
        ("El Tribunal Superior de Justicia de Nuevo León calló.", "Tribunal Superior de Justicia de Nuevo León"),
        ("Estudia en la Universidad Autónoma de Chile.", "Universidad Autónoma de Chile"),
        ("Acudió la Secretaría de Pesca de Chile.", "Secretaría de Pesca"),
        ("Firmó la Cancillería de Colombia.", "Cancillería"),
        ("Lo anuló la Suprema Corte de Lumbrera ayer.", "Suprema Corte de Lumbrera"),
        ("La diputada del Partido Costero Unido Ana Solís calló.", "Partido Costero Unido"),
        ("Estudia en la Universidad Costera Ana Solís.", "Universidad Costera Ana Solís"),
        ("Ayer ganó el FK Lumbrera otra vez.", "FK Lumbrera"),
        ("Lo dice el Ministerio de Obras, Aguas y Puertos.", "Ministerio de Obras, Aguas y Puertos"),
        ("Habló la candidata del Partido Costero a la Alcaldía.", "Partido Costero"),
        ("Es de la coalición Por Altamar al Frente desde ayer.", "Por Altamar al Frente"),
        ("Se pasó a Podemos ayer. Podemos decir más.", "Podemos"),
    ],
)
def test_some_spanish_bodies_keep_their_place(marked: Marker, text: str, name: str) -> None:
    assert bodies(marked(text)) == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Then the Supreme Court of Ohio ruled.", "Supreme Court of Ohio"),
        ("The People's Harbor Party of Canada won.", "People's Harbor Party of Canada"),
        ("The Council on Coastal Trade met.", "Council on Coastal Trade"),
    ],
)
def test_english_bodies_are_whole(marked: Marker, text: str, name: str) -> None:
    assert name in bodies(marked(text, "en"))


def test_a_head_inside_a_longer_english_name_ends_no_name(marked: Marker) -> None:
    assert bodies(marked("He teaches in the Harbor Independent School District today.", "en")) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Son socios de Ductos Lumbrera SA de CV desde ayer.", "Ductos Lumbrera SA de CV"),
        ("Ayer se vendió Pesquera Altamar S.A. por poco.", "Pesquera Altamar S.A."),
        ("Lo cuenta el diario chileno Litoral en portada.", "Litoral"),
        ("Lo estima la agencia calificadora Altamar Datos.", "Altamar Datos"),
    ],
)
def test_companies_and_media(marked: Marker, text: str, name: str) -> None:
    assert bodies(marked(text)) == [name]


def test_a_team_mate_is_a_person(marked: Marker) -> None:
    assert ("Ramón Prado", "PERSON") in marked("Fue compañero de equipo Ramón Prado allí.")


def test_a_city_with_an_article_is_its_club_or_bank(marked: Marker) -> None:
    assert marked("El consejo del Santander calló.") == [("Santander", "ORG")]
    assert marked("Vive en Santander ahora.") == [("Santander", "GPE")]
    assert marked("La playa del Perú es larga.") == [("Perú", "GPE")]


def test_the_last_word_of_an_entity_may_tell_its_kind(marked: Marker) -> None:
    found = marked("He saw Lumbrera University there.", "en", model=(("Lumbrera University", "GPE"),))
    assert found == [("Lumbrera University", "ORG")]


def test_a_code_is_no_place(marked: Marker) -> None:
    assert marked("They still use IE6 there.", "en", model=(("IE6", "GPE"),)) == []


def test_a_name_goes_on_after_a_hyphen_and_stops_before_a_credit(marked: Marker) -> None:
    assert marked("Ayer Hau Lung-bin habló.", model=(("Hau Lung", "PERSON"),)) == [("Hau Lung-bin", "PERSON")]
    text = "The port of Washington Image: Harbor Daily."
    assert ("Washington", "GPE") in marked(text, "en", model=(("Washington Image", "LOC"),))


def test_a_title_in_quotation_marks_names_nobody(marked: Marker) -> None:
    assert "PERSON" not in {label for _, label in marked("She played “Super David World” again.", "en")}


def test_a_social_network_is_no_person(marked: Marker) -> None:
    assert "PERSON" not in {
        label for _, label in marked("It says so on Twitter.", "en", model=(("Twitter", "PERSON"),))
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Acusó a Karam al-Nasri ayer.", "Karam al-Nasri"),
        ("Lo contó Ana Solís de Reuters ayer.", "Ana Solís"),
        ("Lo contó Ana Solís de Robles ayer.", "Ana Solís de Robles"),
        ("Habló el secretario Ban Ki-moon ayer.", "Ban Ki-moon"),
        ("Acusan a la gente del presidente Luis Prado-era.", "Luis Prado"),
        ('Detuvieron a Óscar "N" ayer.', 'Óscar "N"'),
    ],
)
def test_a_persons_name_is_whole(marked: Marker, text: str, name: str) -> None:
    assert (name, "PERSON") in marked(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("He left the Popular Front for the Liberation of Quillon.", "Popular Front for the Liberation of Quillon"),
        ("He left Quillon Institute of Technology and Marrow University.", "Quillon Institute of Technology"),
        ("He left Quillon Institute of Technology and Marrow University.", "Marrow University"),
        ("It stands in the Quillon Air and Space Museum.", "Quillon Air and Space Museum"),
        ("Paid by the John M. Marrow Foundation.", "John M. Marrow Foundation"),
        ("So said Labour Party of Ontario Gordon Marrow.", "Labour Party of Ontario"),
        ("The University of Sheffield of the UK agreed.", "University of Sheffield"),
    ],
)
def test_an_english_body_goes_on_over_its_complements_and_ends_before_other_names(
    marked: Marker, text: str, name: str
) -> None:
    assert (name, "ORG") in marked(text, "en")


def test_an_award_named_after_a_body_is_none(marked: Marker) -> None:
    text = "He won the Society of Letters Award for Best Book."
    assert "ORG" not in {label for name, label in marked(text, "en") if "Award" in name}


def test_a_party_before_a_member_of_parliament_is_a_body_by_itself(marked: Marker) -> None:
    assert ("NDP", "ORG") in marked("She is NDP Member of Parliament for Quillon.", "en")


@pytest.mark.parametrize("name", ["Colorado Marmots", "Ohio Blue Tigers", "Kansas Greens"])
def test_a_plural_after_a_place_is_a_team_or_party(marked: Marker, name: str) -> None:
    assert (name, "ORG") in marked(f"Then the {name} won again.", "en")


@pytest.mark.parametrize("text", ["The Ohio Senators met.", "Then Kansas Veterans of wars.", "On the Texas Plains."])
def test_other_plurals_after_a_place_are_no_body(marked: Marker, text: str) -> None:
    assert "ORG" not in {label for _, label in marked(text, "en")}


@pytest.mark.parametrize("text", ["It ran in the journal Quillon Letters.", "So says Turkish club Quillon Letters."])
def test_a_name_after_what_publishes_or_plays_is_a_body(marked: Marker, text: str) -> None:
    assert ("Quillon Letters", "ORG") in marked(text, "en")


@pytest.mark.parametrize("text", ["Then company Chairman Paul Marrow left.", "He was a first-team Allstar."])
def test_a_post_after_a_company_is_no_body(marked: Marker, text: str) -> None:
    assert "ORG" not in {label for _, label in marked(text, "en")}
