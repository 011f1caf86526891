from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "resources"

    def ready(self) -> None:
        # Imported here: these modules need loaded models.
        from cms import changes, references, worker
        from cms import publications as cms_publications
        from cms.changes.feed import effects
        from resources import dependants, fact_merging, page_filters, publications, vocabularies
        from resources.agents import Agent
        from resources.exchange.importing import ImportedRecord
        from resources.exchange.imports import ImportFile, ImportLine, RecordImport, go_on_with_still
        from resources.fact_merging import MergedFact
        from resources.files import FileText, RecordFullText, close_what_is_withdrawn, open_what_is_due
        from resources.record_numbers import RecordNumber
        from resources.thesaurus import Concept

        changes.leave_out(RecordNumber, "What it says of a record begins with a change of the record.")
        changes.leave_out(FileText, "Its making is told of the records, its end comes with a change of their files.")
        changes.leave_out(RecordFullText, "Who writes or moves it publishes its record in the same transaction.")
        changes.leave_out(MergedFact, "Whatever it leads from is deleted in the same transaction.")
        changes.leave_out(ImportedRecord, "What a source called a record shows in no answer.")
        for model in (RecordImport, ImportFile, ImportLine):
            changes.leave_out(model, "What somebody imports shows once it is a record.")
        effects.register(dependants.of)
        effects.register(dependants.records)
        effects.register(dependants.publications)
        effects.register(dependants.chosen)
        cms_publications.register(publications.find)
        references.register_fact("resources.Record", publications.chosen, cms_publications.PublicationJson)
        fact_merging.register(Concept, Agent)
        page_filters.register()
        worker.schedule(open_what_is_due)
        worker.schedule(close_what_is_withdrawn)
        worker.schedule(go_on_with_still)
        vocabularies.register()
