"""The types of documents to begin with; editors change them."""

from django.db import migrations
from django.utils import timezone

LANGUAGES = ("fr", "en", "de", "es", "it", "nl")
TYPES = {
    "study": ("report", "Étude", "Study", "Studie", "Estudio", "Studio", "Studie"),
    "territorial-study": (
        "report", "Étude territoriale", "Territorial study", "Raumstudie", "Estudio territorial",
        "Studio territoriale", "Gebiedsstudie",
    ),
    "thematic-paper": (
        "report", "Note thématique", "Thematic paper", "Themenpapier", "Nota temática", "Nota tematica",
        "Thematische nota",
    ),
    "report": ("report", "Rapport", "Report", "Bericht", "Informe", "Rapporto", "Rapport"),
    "guide": ("book", "Guide", "Guide", "Leitfaden", "Guía", "Guida", "Gids"),
    "article": ("article", "Article", "Article", "Artikel", "Artículo", "Articolo", "Artikel"),
    "chapter": (
        "chapter", "Chapitre d’ouvrage", "Chapter", "Buchkapitel", "Capítulo de libro", "Capitolo di libro",
        "Hoofdstuk",
    ),
    "book": ("book", "Ouvrage", "Book", "Buch", "Libro", "Libro", "Boek"),
    "thesis": ("thesis", "Thèse ou mémoire", "Thesis", "Hochschulschrift", "Tesis", "Tesi", "Proefschrift of scriptie"),
    "map": ("map", "Carte", "Map", "Karte", "Mapa", "Carta", "Kaart"),
    "law": ("legislation", "Texte juridique", "Legal text", "Rechtstext", "Texto jurídico", "Testo giuridico", "Juridische tekst"),
    "proceedings": (
        "proceedings", "Actes de colloque", "Proceedings", "Tagungsband", "Actas", "Atti", "Congresverslag",
    ),
    "presentation": (
        "presentation", "Présentation", "Presentation", "Präsentation", "Presentación", "Presentazione", "Presentatie",
    ),
    "video": ("video", "Vidéo", "Video", "Video", "Vídeo", "Video", "Video"),
    "training-material": (
        "presentation", "Support de formation", "Training material", "Schulungsunterlage", "Material de formación",
        "Materiale formativo", "Lesmateriaal",
    ),
    "dataset": (
        "dataset", "Jeu de données", "Data set", "Datensatz", "Conjunto de datos", "Insieme di dati", "Dataset",
    ),
    "press-article": (
        "newspaper", "Article de presse", "Press article", "Presseartikel", "Artículo de prensa", "Articolo di stampa",
        "Persartikel",
    ),
    "project-sheet": (
        "report", "Fiche projet", "Project sheet", "Projektblatt", "Ficha de proyecto", "Scheda progetto",
        "Projectfiche",
    ),
    "web-page": ("web_page", "Page web", "Web page", "Webseite", "Página web", "Pagina web", "Webpagina"),
    "other": ("other", "Autre document", "Other document", "Anderes Dokument", "Otro documento", "Altro documento", "Ander document"),
}


def create(apps, schema_editor):
    record_type = apps.get_model("resources", "RecordType")
    name = apps.get_model("resources", "RecordTypeName")
    now = timezone.now()
    for code, (kind, *names) in TYPES.items():
        made = record_type.objects.create(
            code=code, kind=kind, live=True, first_published_at=now, last_published_at=now
        )
        name.objects.bulk_create(
            name(fact=made, language=language, text=text, kind="preferred", sort_order=order)
            for order, (language, text) in enumerate(zip(LANGUAGES, names, strict=True))
        )


class Migration(migrations.Migration):
    dependencies = [("resources", "0006_records")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
