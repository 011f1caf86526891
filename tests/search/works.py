"""A small library in six languages, for questions whose answers one knows."""

from search.schema import Document


def work(key: str, **texts: str) -> Document:
    """A document of texts by part and language: title_fr="…", body_de="…"."""
    parts: dict[str, dict[str, str]] = {}
    for name, text in texts.items():
        part, language = name.split("_")
        parts.setdefault(part, {})[language] = text
    return Document(key, shown={"key": key}, **EXTRAS.get(key, {}), **parts)


EXTRAS = {
    "guide-egtc": {
        "keywords": {"kind": ["record"], "type": ["guide"], "concept": ["governance"], "border": ["fr-de", "fr-be"]},
        "identifiers": ["10.2760/61205", "978-92-79-12345-6", "COTE GV 12.3"],
        "numbers": {"year": 2018, "date": 17532, "added": 1_700_000_000_000},
        "authors": ["Committee of the Regions"],
    },
    "health-fr-de": {
        "keywords": {"kind": ["page"], "type": ["fiche"], "concept": ["health"], "border": ["fr-de"]},
        "numbers": {"year": 2021, "date": 18700, "added": 1_770_000_000_000},
        "names": ["Rhin supérieur", "Oberrhein", "Upper Rhine"],
    },
    "health-fr-es": {
        "keywords": {"kind": ["page"], "type": ["fiche"], "concept": ["health"], "border": ["fr-es"]},
        "numbers": {"year": 2019, "date": 18000, "added": 1_710_000_000_000},
        "names": ["Cerdagne", "Cerdanya", "Cerdaña"],
    },
    "workers": {
        "keywords": {"kind": ["record"], "type": ["study"], "concept": ["employment", "mobility"], "border": ["fr-lu"]},
        "numbers": {"year": 2021, "date": 18800, "added": 1_800_000_000_000},
        "authors": ["Müller, Anna", "Dupont, Jean"],
    },
}

WORKS = [
    work(
        "guide-egtc",
        title_fr="Guide du groupement européen de coopération territoriale (GECT)",
        title_en="Guide to the European grouping of territorial cooperation (EGTC)",
        summary_fr="Comment créer et gérer un GECT : droit, statuts, budget.",
        body_fr="Le groupement a la personnalité juridique. Ses membres sont des collectivités de deux États au moins.",
    ),
    work(
        "health-fr-de",
        title_fr="La santé à la frontière franco-allemande",
        title_de="Gesundheit an der deutsch-französischen Grenze",
        title_en="Health at the French-German border",
        body_fr="Les patients traversent le Rhin pour consulter un médecin à Kehl ou à Strasbourg.",
        body_de="Patienten überqueren den Rhein, um in Kehl oder Straßburg einen Arzt aufzusuchen.",
    ),
    work(
        "health-fr-es",
        title_fr="L'hôpital de Cerdagne",
        title_es="El hospital de la Cerdaña",
        body_fr="Un établissement commun soigne les habitants des deux versants : l'eau et la santé sont en partage.",
        body_es="Un centro común atiende a los habitantes de ambos lados de los Pirineos.",
    ),
    work(
        "workers",
        title_fr="Les travailleurs frontaliers au Luxembourg",
        title_de="Grenzgänger in Luxemburg",
        summary_fr="Étude de la mobilité quotidienne de 200 000 salariés.",
        body_fr="Chaque travailleur frontalier parcourt 44 km. La fiscalité des salaires est partagée.",
    ),
    work(
        "trains-de",
        title_de="Schienenverkehr über die Grenze",
        body_de="Züge fahren nicht überall. Die Fahrpläne der Eisenbahnunternehmen sind nicht abgestimmt.",
    ),
    work(
        "water-it",
        title_it="L'acqua delle Alpi",
        body_it="I comuni di confine gestiscono insieme l'acqua e le foreste delle valli alpine.",
    ),
    work(
        "schools-nl",
        title_nl="Scholen in de grensstreek",
        body_nl="Leerlingen leren de taal van de buren; grensarbeiders volgen avondonderwijs.",
    ),
    work(
        "bridge-en",
        title_en="A bridge between two towns",
        body_en="The bridge was rebuilt in 1995. Who pays for the bridge?",
    ),
    work(
        "mention-en",
        title_en="Local news",
        body_en="The town council met. A new bridge was mentioned among many other things, such as roads and budgets.",
    ),
    work("brasil-pt", title_pt="Cooperação na fronteira da Guiana", body_pt="O rio Oiapoque separa duas cidades."),
]
