from __future__ import annotations

import pytest

from wireroom.newsroom.authors import authors, list_of, pieces, slug, spelled


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Asha Rao", ("Asha Rao",)),
        ("By A. Sharma and B. Khan", ("A. Sharma", "B. Khan")),
        ("ASHA RAO & B. KHAN", ("ASHA RAO", "B. KHAN")),
        ("Asha Rao, B. Sen; Carla Díaz", ("Asha Rao", "B. Sen", "Carla Díaz")),
        ("Dr. Asha Rao in New Delhi", ("Asha Rao",)),
        ("Asha Rao | New Delhi", ("Asha Rao",)),
        ("Asha Rao - Delhi Bureau", ("Asha Rao",)),
        ("Asha Rao (PTI)", ("Asha Rao",)),
        ("Asha Rao, Staff Reporter", ("Asha Rao",)),
        ("Asha Rao for The Wire", ("Asha Rao",)),
        ("Reporting by Asha Rao; Editing by B. Khan", ("Asha Rao",)),
        ("Text by A. Rao, photos by B. Sen", ("A. Rao",)),
        ("Asha Rao with inputs from ANI", ("Asha Rao",)),
        ("Von Anna Müller", ("Anna Müller",)),
        ("Jean-Luc d’Ormesson", ("Jean-Luc d’Ormesson",)),
        ("Sean O'Brien", ("Sean O'Brien",)),
        ("आशा राव और मोहन सेन", ("आशा राव", "मोहन सेन")),
        ("محمد علي", ("محمد علي",)),
        ("Byron Lee, Fromm Anderson", ("Byron Lee", "Fromm Anderson")),
    ],
)
def test_the_persons_of_a_byline_are_its_authors(byline: str, names: tuple[str, ...]) -> None:
    assert authors(byline) == names
    assert all(name in byline for name in names)


@pytest.mark.parametrize(
    "byline",
    [
        "",
        "PTI",
        "P.T.I.",
        "भाषा",
        "Press Trust of India",
        "Agence France-Presse",
        "Associated Press",
        "By Staff Reporter",
        "City Desk",
        "Our own correspondent",
        "विशेष संवाददाता",
        "ANI Digital",
        "asha@wire.example",
        "Madonna",
        "the editors",
        "see below",
        "New Delhi",
        "Asha Rao 2",
        "<b>Asha Rao</b>",
        "../../etc/passwd and ..",
        "- -",
        ". . .",
        "Rao " * 7,
        "Ashaashaasha " + "Raorao" * 20,
    ],
)
def test_agencies_desks_places_and_what_is_no_name_are_no_authors(byline: str) -> None:
    assert authors(byline) == ()


def test_the_agency_and_the_site_are_no_authors_by_whatever_name() -> None:
    named = "COASTAL WATCH, Asha Rao, Harbour Town"
    assert authors(named, ("Coastal Watch", "HARBOUR TOWN", "")) == ("Asha Rao",)


def test_each_author_counts_once_and_only_the_first_three() -> None:
    assert authors("Asha Rao, ASHA RAO, B. Sen") == ("Asha Rao", "B. Sen")
    assert authors("A. Rao, B. Sen, C. Das, D. Nair") == ("A. Rao", "B. Sen", "C. Das")


def test_a_byline_names_its_authors_wherever_they_stand_and_however_they_are_spelled() -> None:
    byline = "By ASHA RAO in Delhi, “Asha Rao” in Mumbai and Asha Raoji, PTI"
    assert pieces(byline, ("ASHA RAO",)) == [
        ("By ", ""),
        ("ASHA RAO", "ASHA RAO"),
        (" in Delhi, “", ""),
        ("Asha Rao", "ASHA RAO"),
        ("” in Mumbai and Asha Raoji, PTI", ""),
    ]
    assert pieces("PTI", ()) == [("PTI", "")]
    assert pieces("", ()) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Asha Rao", "ASHA RAO"),
        ("A.K. Sen", "A K Sen"),
        ("Carla Díaz", "Carla Diaz"),
        ("Sean O'Brien", "Sean O’Brien"),
        ("Jean-Luc Noël", "Jean Luc Noel"),
    ],
)
def test_an_author_is_the_same_without_case_accents_and_punctuation(one: str, other: str) -> None:
    assert list_of(one) == list_of(other)


def test_names_of_other_scripts_that_are_transliterated_alike_are_two_authors() -> None:
    assert slug("محمد حسن") != slug("محمد حسان")
    assert slug("आशा राव").startswith("aashaa-raav-")


def test_a_name_in_capitals_is_spelled_as_names_are() -> None:
    assert spelled("ASHA RAO-NAIR") == "Asha Rao-Nair"
    assert spelled("Ludwig van Beethoven") == "Ludwig van Beethoven"
    assert spelled("आशा राव") == "आशा राव"
