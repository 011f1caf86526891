"""What the log watches of Wagtail and of `cms` itself; the other apps add theirs."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate

from cms import changes
from cms.changes import triggers
from cms.changes.models import PRIVACY


def connect(app: AppConfig) -> None:
    """Called once from the app's `ready`."""
    # Imported here: these modules need loaded apps.
    from taggit.models import Tag, TaggedItem
    from wagtail.contrib.redirects.models import Redirect
    from wagtail.contrib.settings.models import BaseGenericSetting, BaseSiteSetting
    from wagtail.models import (
        Collection,
        CollectionViewRestriction,
        Comment,
        CommentReply,
        Locale,
        Page,
        PageViewRestriction,
        Site,
    )

    from cms import worker
    from cms.changes.feed import deletion, effects
    from cms.changes.models import Change, ChangeCounter
    from cms.facts import Fact
    from cms.media import CmsDocument, CmsImage, Rendition
    from cms.models import User
    from cms.preview.models import DraftShare, PreviewSnapshot
    from cms.translation.models import TranslatedRevision, TranslationStatus
    from cms.webhooks.models import Attempt, Delivery, Webhook

    # A new draft below a live page counts in its `numchild`; who owns or looks after a page is never shown.
    # What a page was called, where it was and whether anybody saw it: whoever kept a copy must learn what to remove.
    changes.watch(
        Page,
        ignore=["numchild", "owner_id", "responsible_id"],
        remember=[
            *("live", "path", "url_path", "title", "expire_at", "first_published_at"),
            *("alias_of_id", "content_type_id", "locale_id", "translation_key"),
        ],
    )
    changes.watch(
        TranslationStatus,
        of="page",
        ignore=["made_from", "confirmed_from", "confirmed_by_id", "confirmed_at"],
    )
    # Closing a draft closes the live pages below it.
    changes.watch(PageViewRestriction, of="page", kind=PRIVACY, only_live=False)
    changes.watch(Collection, ignore=["numchild"], remember=["path"])
    changes.watch(CollectionViewRestriction, of="collection", kind=PRIVACY)
    for model in (CmsImage, CmsDocument):
        changes.watch(model, ignore=["uploaded_by_user_id", "rendition_state"], remember=["collection_id"])
    changes.watch(Rendition, of="image")  # an image is ready once its last rendition is made
    changes.watch(Fact, remember=["code", "live"])
    changes.watch(TaggedItem, remember=["content_type_id", "object_id"])
    changes.watch(Redirect, remember=["redirect_page_id"])
    for model in (Tag, Locale, Site, BaseSiteSetting, BaseGenericSetting):
        changes.watch(model)

    redirects = effects.Leading("redirects", "redirect_page_id", in_any_language=False)
    effects.register_leading("wagtailredirects.redirect", redirects)
    effects.register_part("site", "wagtailcore.site")
    effects.register_part("locales", "wagtailcore.locale")
    effects.register(effects.redirects_to)
    deletion.connect()

    for model in (Comment, CommentReply):
        changes.leave_out(model, "Editors' remarks on drafts are never published.")
    changes.leave_out(TranslatedRevision, "About drafts.")
    changes.leave_out(PreviewSnapshot, "Drafts.")
    changes.leave_out(DraftShare, "Drafts.")
    for told in (Webhook, Delivery, Attempt):
        changes.leave_out(told, "Who is told of changes, and how that went, shows in no answer.")
    changes.leave_out(User, "Accounts never show in the API.")
    changes.leave_out(Change, "The log itself.")
    changes.leave_out(ChangeCounter, "The log itself.")

    worker.schedule(changes.prune, every_minutes=24 * 60)
    pre_migrate.connect(triggers.before_migrate, sender=app, dispatch_uid="cms.changes")
    post_migrate.connect(triggers.after_migrate, sender=app, dispatch_uid="cms.changes")
    checks.register(triggers.check_models)
    checks.register(triggers.check_database, checks.Tags.database)
