from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        from wagtail.signals import pre_page_move

        from cms import checks as translation_checks
        from cms import (
            offices,
            page_actions,
            pages,
            references,
            refusals,
            renditions,
            roles,
            spreadsheets,
            statistics,
            worker,
        )
        from cms.changes import foundations
        from cms.preview import access
        from cms.translation import drafting, following, overrides, privacy, publication, trees
        from cms.webhooks import messages

        references.register_fact("cms.Office", offices.load, offices.OfficeCard)
        foundations.connect(self)
        page_actions.make_atomic()
        pre_page_move.connect(pages.refuse_move_to_portal, dispatch_uid="cms.pages")
        drafting.install()
        overrides.connect()
        publication.connect()
        following.connect()
        privacy.connect()
        trees.connect()
        spreadsheets.guard_exports()
        translation_checks.connect()
        roles.connect()
        worker.schedule(refusals.publish_scheduled)
        worker.schedule(access.prune, every_minutes=60)
        worker.schedule(renditions.enqueue_forgotten, every_minutes=60)
        worker.schedule(messages.prune, every_minutes=60)
        worker.schedule(statistics.gather, every_minutes=60)
        worker.accompany("cms.webhooks.dispatch.run")
