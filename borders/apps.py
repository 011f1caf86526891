from django.apps import AppConfig


class BordersConfig(AppConfig):
    name = "borders"

    def ready(self) -> None:
        # Imported here: these modules need loaded models.
        from borders import atlas, dependants, figure_shapes, page_filters, shapes, vocabularies
        from cms import places, references
        from cms.changes.feed import effects

        references.register_fact("borders.Border", shapes.borders, shapes.BorderJson)
        references.register_fact("borders.Border:detail", shapes.border_details, shapes.BorderDetail)
        references.register_fact("borders.Territory", shapes.territories, shapes.TerritoryJson)
        references.register_fact("borders.Territory:detail", shapes.territory_details, shapes.TerritoryDetail)
        references.register_fact("borders.KeyFigure", figure_shapes.figures, figure_shapes.FigureJson)
        effects.register(dependants.of)
        places.register(atlas.of)
        page_filters.register()
        vocabularies.register()
