"""System checks: what every page type must say about its translation, and that facts in use are protected."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist
from django.db.models import PROTECT, ForeignKey
from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, Page, TranslatableMixin, get_page_models
from wagtail.snippets.models import get_snippet_models
from wagtail_localize.fields import TranslatableField, get_translatable_fields

from cms.facts import Fact
from cms.translation.merging import is_prose


def policies(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Every field of every page type is decided, and every text of a stream reaches the translators."""
    wanted = {config.label for config in app_configs} if app_configs is not None else None
    found: list[CheckMessage] = []
    for model in get_page_models():
        if model is not Page and (wanted is None or model._meta.app_label in wanted):
            found += [*undecided(model), *hidden_texts(model)]
    return found


def undecided(model: type[Page]) -> Iterator[CheckMessage]:
    """Fields and child rows, inherited ones too, for which wagtail-localize would have to guess, and stray names."""
    declared = [policy.field_name for policy in getattr(model, "override_translatable_fields", None) or ()]
    for name in {name for name in declared if declared.count(name) > 1}:
        yield Error(f"{model._meta.label}.translation decides on “{name}” more than once.", obj=model, id="cms.E003")
    for name in declared:
        try:
            model._meta.get_field(name)
        except FieldDoesNotExist:
            yield Error(f"{model._meta.label}.translation names “{name}”, which it lacks.", obj=model, id="cms.E002")
    if "translatable_fields" in vars(model):
        yield Error(
            f"{model._meta.label}: say it in `translation`, not in translatable_fields.", obj=model, id="cms.E002"
        )
        return
    for policy in get_translatable_fields(model):
        if policy.field_name not in declared and not _of_other_types(model, policy.field_name):
            yield Error(
                f"{model._meta.label}.{policy.field_name} is neither translated nor synchronised.",
                hint="Name it in the `translation` list of the class that declares it (cms.pages).",
                obj=model,
                id="cms.E001",
            )


def _of_other_types(model: type[Page], name: str) -> bool:
    """Link rows hang on wagtailcore.Page, so every type has them; only those with a panel for them use them."""
    field = model._meta.get_field(name)
    return bool(field.one_to_many) and field.model is Page and name not in _inline_panels(model.edit_handler)


def _inline_panels(panel: Any) -> set[str]:
    found = {panel.relation_name} if hasattr(panel, "relation_name") else set()
    return found.union(*(_inline_panels(child) for child in getattr(panel, "children", ())))


def hidden_texts(model: type[Page]) -> Iterator[CheckMessage]:
    """Texts in streams that wagtail-localize does not hand out, and streams with texts that are not translated."""
    translated = {
        policy.field_name for policy in get_translatable_fields(model) if isinstance(policy, TranslatableField)
    }
    for field in model._meta.get_fields():
        if not isinstance(field, StreamField):
            continue
        for path, block in leaves(field.stream_block, field.name):
            if isinstance(block, blocks.RawHTMLBlock) or (isinstance(block, TypedTableBlock) and not is_prose(block)):
                yield Error(
                    f"{model._meta.label}: translators never see the text of {path}.",
                    hint="Give the block get_translatable_segments and restore_translated_segments.",
                    obj=model,
                    id="cms.E004",
                )
            elif is_prose(block) and field.name not in translated:
                yield Error(
                    f"{model._meta.label}: {path} is prose in a stream that is not translated.",
                    hint="Declare the stream as translated, or use a ChoiceBlock or URLBlock for what is no prose.",
                    obj=model,
                    id="cms.E005",
                )


def leaves(block: Any, path: str) -> Iterator[tuple[str, blocks.Block]]:
    """The blocks of a stream that hold values, each with its path of names."""
    if is_prose(block):
        yield path, block
    elif isinstance(block, blocks.ListBlock):
        yield from leaves(block.child_block, f"{path}.item")
    elif isinstance(block, blocks.BaseStructBlock | blocks.BaseStreamBlock):
        for name, child in block.child_blocks.items():
            yield from leaves(child, f"{path}.{name}")
    else:
        yield path, block


def snippets(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A translatable snippet with drafts would be unpublished and overwritten by every submission of a page."""
    return [
        Error(
            f"{model._meta.label} is a translatable snippet with drafts.",
            hint="Facts have a name per language (cms.facts); leave out TranslatableMixin.",
            obj=model,
            id="cms.E006",
        )
        for model in get_snippet_models()
        if issubclass(model, TranslatableMixin) and issubclass(model, DraftStateMixin)
    ]


def unprotected_facts(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A fact that something refers to is not deleted: whatever else on_delete says would lose the reference."""
    return [
        Error(
            f"{model._meta.label}.{field.name} does not protect the {field.related_model._meta.label} it refers to.",
            hint="Use on_delete=PROTECT, or a ParentalKey for what is a part of the fact.",
            obj=model,
            id="cms.E007",
        )
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, ForeignKey)
        and not isinstance(field, ParentalKey)
        and not model._meta.auto_created
        and issubclass(field.related_model, Fact)
        and field.remote_field.on_delete is not PROTECT
    ]


def connect() -> None:
    """Called once when the apps are ready."""
    register(policies)
    register(snippets)
    register(unprotected_facts)
