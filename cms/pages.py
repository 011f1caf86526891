"""What page types are made of: abstract mixins that own their fields with panels, JSON and translation policy.

Page models derive from `SitePage` and the mixins they need. wagtail-localize does not support a custom
concrete base page, so everything here is abstract and the base stays `wagtailcore.Page`.
"""

from collections.abc import Collection
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.forms.pages import WagtailAdminPageForm
from wagtail.admin.panels import (
    CommentPanel,
    FieldPanel,
    FieldRowPanel,
    MultiFieldPanel,
    ObjectList,
    PublishingPanel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index
from wagtail_localize.fields import BaseTranslatableField, SynchronizedField, TranslatableField

from cms import fields, frontend, publication, redirects
from cms.blocks import BodyBlock, FootnotesBlock
from cms.child_rows import RowsPanel
from cms.json_types import Date
from cms.publishable import Publishable
from cms.references import Context
from cms.representation import RICH_TEXT_FEATURES
from cms.revisions import OpensWithoutGoneFacts
from cms.translation import prose
from cms.translation.panels import LanguagesPanel


def translated(*names: str) -> list[TranslatableField]:
    """Prose: every language has its own."""
    return [TranslatableField(name) for name in names]


def synchronised(*names: str) -> list[SynchronizedField]:
    """Facts, dates and links: the source's value holds in every language and cannot be overridden."""
    return [SynchronizedField(name, overridable=False) for name in names]


def overridable(*names: str) -> list[SynchronizedField]:
    """Synchronised unless the translator chooses another value, such as a picture with text in it."""
    return [SynchronizedField(name) for name in names]


def rich_text_field(label: Any, **kwargs: Any) -> RichTextField:
    """A rich text column with the site's features and a limit."""
    kwargs.setdefault("max_length", 20_000)
    return RichTextField(label, features=RICH_TEXT_FEATURES, blank=True, **kwargs)


def names_in(relation: str, *columns: str) -> index.RelatedFields:
    """Columns of child rows that a page is found by, such as the names of its partners."""
    return index.RelatedFields(
        relation, [kind(column) for column in columns for kind in (index.SearchField, index.AutocompleteField)]
    )


class FactLink(Orderable):
    """A row that ties any page to a fact; subclasses add `page` (ParentalKey to wagtailcore.Page) and `fact`.

    One table per fact, not one per page type: an abstract mixin cannot own a table, wagtail-localize skips
    many-to-many fields, and one table filters lists of mixed types.
    """

    class Meta(Orderable.Meta):
        abstract = True
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [models.UniqueConstraint(fields=["page", "fact"], name="%(app_label)s_%(class)s_once")]


class FactLinksFormSet(BaseChildFormSet):
    def get_unique_error_message(self, unique_check: Any) -> Any:
        return _("The same is chosen twice.")


class FactLinksPanel(RowsPanel):
    """Link rows, with words of its own for what is chosen twice."""

    row_options = {"formset": FactLinksFormSet}


def gathered(model: type, attribute: str) -> list[Any]:
    """What a page type's bases and itself list under a name: the base page's, its mixins' in order, its own."""
    bases = [base for base in reversed(model.__mro__) if issubclass(base, Page) and base is not model]
    mixins = [base for base in model.__mro__ if not issubclass(base, Page)]
    return [item for base in (*bases, *mixins, model) for item in base.__dict__.get(attribute, ())]


class _TranslationPolicy:
    """Where wagtail-localize reads the policy of every field."""

    def __get__(self, instance: Any, owner: type) -> list[BaseTranslatableField]:
        return gathered(owner, "translation")


class _EditHandler:
    """The tabs of a page type's form, made of what its mixins bring."""

    def __get__(self, instance: Any, owner: type[Page]) -> TabbedInterface:
        content = [TitleFieldPanel("title"), *gathered(owner, "head"), *gathered(owner, "content")]
        tabs = [
            ObjectList(content, heading=_("Content")),
            ObjectList(gathered(owner, "relations"), heading=_("Relations")),
            ObjectList(gathered(owner, "referencing"), heading=_("Search engines and sharing")),
            ObjectList([*gathered(owner, "follow_up"), PublishingPanel(), CommentPanel()], heading=_("Follow-up")),
        ]
        return TabbedInterface([tab for tab in tabs if tab.children], base_form_class=owner.base_form_class)


class _SearchFields:
    """What Wagtail's search finds a page by: its title, its prose, and what its mixins name in `searched`."""

    def __get__(self, instance: Any, owner: type[Page]) -> list[Any]:
        found = [index.SearchField("prose"), index.AutocompleteField("prose")]
        return [*Page.search_fields, *found, *gathered(owner, "searched")]


def refuse_at_portal(slug: str | None, parent_depth: int | None) -> None:
    """ValidationError on `slug` for a page that the portal would hide: right below a home page, whose depth is 2."""
    if slug == frontend.PORTAL_SLUG and parent_depth == 2:
        raise ValidationError({"slug": _("The documentary portal is at this address: choose another one.")})


def refuse_move_to_portal(sender: type, instance: Page, parent_page_after: Page, **kwargs: Any) -> None:
    """pre_page_move: Wagtail moves without checking the page."""
    refuse_at_portal(instance.slug, parent_page_after.depth)


SET_BY_WAGTAIL = frozenset({"content_type", "latest_revision", "live_revision", "path"})
"""What nobody enters: the database's own constraints guard it, without a query for each, twice a publication."""


class SitePageForm(WagtailAdminPageForm):
    """Refuses what a new page cannot know of itself before it has a place in the tree."""

    def clean(self) -> Any:
        cleaned = super().clean()
        refuse_at_portal(cleaned.get("slug"), self.parent_page.depth if self.parent_page else None)
        return cleaned


class SitePage(Publishable, OpensWithoutGoneFacts, Page):
    """Every page of the site: an introduction that doubles as summary, and how it is found and shared.

    Subclasses and mixins list what they bring under these names, and each is gathered from all of them:
    `head` (panels right below the title), `content`, `relations`, `referencing`, `follow_up` (panels by tab),
    `json_fields` (cms.fields), `translation` (the policy of each of their own fields; a system check refuses a
    forgotten one) and `searched` (names in child rows; prose, that is whatever is translated, is found by itself).
    """

    introduction = models.TextField(
        _("introduction"),
        blank=True,
        validators=[MaxLengthValidator(600)],
        help_text=_("Two or three sentences that say what the page is about; shown in lists too (600 characters)."),
    )
    no_index = models.BooleanField(
        _("hide from search engines"), default=False, help_text=_("Also leaves the page out of the sitemap.")
    )
    sharing_title = models.CharField(
        _("sharing title"), max_length=120, blank=True, help_text=_("Empty: the page's title.")
    )
    sharing_description = models.CharField(
        _("sharing description"), max_length=300, blank=True, help_text=_("Empty: the description or introduction.")
    )
    sharing_image = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        verbose_name=_("sharing image"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("At best 1200 by 630 pixels."),
    )

    schema_type = "WebPage"
    """What the page is at schema.org."""

    edit_handler = _EditHandler()
    content = [FieldPanel("introduction")]
    referencing = [
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description"), FieldPanel("no_index")],
            heading=_("For search engines"),
        ),
        MultiFieldPanel(
            [FieldPanel("sharing_title"), FieldPanel("sharing_description"), FieldPanel("sharing_image")],
            heading=_("For social networks"),
        ),
        FieldPanel(
            "show_in_menus",
            help_text=_("A mark that front ends read. The menus themselves are made in Site › Navigation."),
        ),
    ]
    follow_up = [LanguagesPanel()]

    json_fields = [
        fields.text("introduction", card=True),
        fields.image("sharing_image", card=True),
    ]

    translation = [
        *translated("title", "slug", "seo_title", "search_description"),
        *translated("introduction", "sharing_title", "sharing_description"),
        *synchronised("show_in_menus", "no_index"),
        *overridable("sharing_image"),
    ]
    override_translatable_fields = _TranslationPolicy()
    search_fields = _SearchFields()

    class Meta:
        abstract = True

    @cached_property
    def prose(self) -> str:
        """All its texts below the title, for the search index, which asks for them several times."""
        return prose.searchable(self)

    base_form_class: ClassVar[Any] = SitePageForm

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        super().clean_fields({*(exclude or ()), *SET_BY_WAGTAIL})

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        super().validate_unique({*(exclude or ()), *SET_BY_WAGTAIL})

    def minimal_clean(self) -> None:
        super().minimal_clean()
        refuse_at_portal(self.slug, self.depth and self.depth - 1)

    def clean(self) -> None:
        super().clean()
        refuse_at_portal(self.slug, self.depth and self.depth - 1)
        if len(self.search_description) > 300:
            raise ValidationError({"search_description": _("At most 300 characters.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.__dict__.pop("checked_whole", False):
            kwargs.setdefault("clean", False)
        super().save(*args, **kwargs)

    def _update_descendant_url_paths(self, old_url_path: str, new_url_path: str) -> None:
        """What Page.save calls in its transaction where the slug is another one."""
        super()._update_descendant_url_paths(old_url_path, new_url_path)
        redirects.lead_on(self, old_url_path)

    def get_full_url(self, request: Any = None) -> str | None:
        """The reader's address: Wagtail's would be of the server that its site names, which mails and editors show."""
        return frontend.html_url(publication.html_path(self.locale.language_code, self.url_path)) if self.url else None

    full_url = property(get_full_url)

    def structured_data(self, context: Context) -> dict[str, Any]:
        """What the page is in schema.org's terms, beyond what every page has (cms.structured_data); no query."""
        headline = {"headline": self.title} if self.schema_type.endswith("Article") else {}
        return {"@type": self.schema_type, **headline}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from cms.reading import page_response  # the reading view reads the page's JSON, which needs all models

        return page_response(request, self)

    def get_view_restrictions(self) -> Any:
        """Wagtail's, and those above the pages whose text this page and its ancestors repeat (see private_paths)."""
        found = super().get_view_restrictions()
        for page in self.get_ancestors(inclusive=True).exclude(alias_of=None).select_related("alias_of"):
            found = found | page.alias_of.get_view_restrictions()
        return found

    def serve_password_required_response(self, request: HttpRequest, form: Any, action_url: str) -> HttpResponse:
        response = super().serve_password_required_response(request, form, action_url)
        add_never_cache_headers(response)
        return response

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from cms.reading import previewed

        return previewed(request, self, mode_name)

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The site's front end and the reading view; the latter alone where it is the site."""
        if not settings.FRONTEND_URLS:
            return Page.DEFAULT_PREVIEW_MODES  # type: ignore[no-any-return]
        return [("", _("Site")), ("reading", _("Reading view"))]


class BodyMixin(models.Model):
    """A page with a body of blocks."""

    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    content = [FieldPanel("body")]
    json_fields = [fields.stream("body", BodyBlock)]
    translation = translated("body")

    class Meta:
        abstract = True


class IndexPage(BodyMixin, SitePage):
    """The entry to the pages of a type, of which there is one right below a home page."""

    schema_type = "CollectionPage"
    parent_page_types = ["home.HomePage"]
    max_count_per_parent = 1

    class Meta:
        abstract = True


class FootnotesMixin(models.Model):
    """A text with numbered notes; a marker without its note is refused."""

    footnotes = StreamField(FootnotesBlock(), verbose_name=_("footnotes"), blank=True)

    content = [FieldPanel("footnotes")]
    json_fields = [fields.stream("footnotes", FootnotesBlock)]
    translation = translated("footnotes")

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        from cms.footnotes import problems

        if found := problems(self.body, self.footnotes):  # type: ignore[attr-defined]
            raise ValidationError({"footnotes": found})


class BordersMixin(models.Model):
    """A page about borders."""

    relations = [FactLinksPanel("border_links", heading=_("Borders"), label=_("border"))]
    json_fields = [fields.linked_facts("borders", "border_links", "borders.Border", card=True)]
    translation = synchronised("border_links")

    class Meta:
        abstract = True


class TerritoriesMixin(models.Model):
    """A page about cross-border territories."""

    relations = [FactLinksPanel("territory_links", heading=_("Territories"), label=_("territory"))]
    json_fields = [fields.linked_facts("territories", "territory_links", "borders.Territory", card=True)]
    translation = synchronised("territory_links")

    class Meta:
        abstract = True


class ProgrammesMixin(models.Model):
    """A page about funding programmes."""

    relations = [FactLinksPanel("programme_links", heading=_("Programmes"), label=_("programme"))]
    json_fields = [fields.linked_facts("programmes", "programme_links", "borders.Programme")]
    translation = synchronised("programme_links")

    class Meta:
        abstract = True


class ThemesMixin(models.Model):
    """A page about themes of the thesaurus."""

    relations = [FactLinksPanel("theme_links", heading=_("Themes"), label=_("theme"))]
    json_fields = [fields.linked_facts("themes", "theme_links", "resources.Concept", card=True)]
    translation = synchronised("theme_links")

    class Meta:
        abstract = True


class FollowUpMixin(models.Model):
    """A page that somebody checks again from time to time; the public contact is an office, never a person."""

    office = models.ForeignKey(
        "cms.Office",
        verbose_name=_("public contact"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible user"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Never shown on the site."),
    )
    last_checked = models.DateField(_("last checked on"), null=True, blank=True)
    review_interval = models.PositiveSmallIntegerField(
        _("check again after (months)"), default=12, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )

    follow_up = [
        MultiFieldPanel(
            [
                FieldPanel("responsible"),
                FieldRowPanel([FieldPanel("last_checked"), FieldPanel("review_interval")]),
                FieldPanel("office"),
            ],
            heading=_("Who keeps it up to date"),
        )
    ]
    json_fields = [fields.fact("office", "cms.Office"), fields.value("last_checked", Date | None)]
    translation = synchronised("office", "responsible", "last_checked", "review_interval")

    class Meta:
        abstract = True
