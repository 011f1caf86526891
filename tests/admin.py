"""Driving the admin's forms by requests, as a browser would: load the form, change some fields, post it."""

from typing import Any

from django.contrib.auth import get_user_model
from django.forms import CheckboxInput
from django.test import Client
from django.urls import reverse
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

__all__ = [
    "administrator",
    "edit_page",
    "errors_of",
    "filled",
    "inline_formset",
    "nested_form_data",
    "new_page",
    "posted",
    "rich",
    "streamfield",
]


def administrator(client: Client) -> None:
    """Sign in as a superuser."""
    user = get_user_model().objects.create_superuser("admin", "admin@example.org", "a-long-passphrase")
    client.force_login(user)


def rich(html: str) -> str:
    """What the rich text editor posts."""
    return ContentstateConverter(features=["bold", "italic", "ol", "ul", "link"]).from_database_format(html)


def _loaded(form: Any, prefix: str = "") -> dict[str, Any]:
    """What a browser would post of a form that nobody touched."""
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        widget = bound.field.widget
        if hasattr(widget, "block_def"):
            data[f"{bound.html_name}-count"] = "0"
            continue
        formatted = widget.format_value(value) if hasattr(widget, "format_value") else value
        if (
            isinstance(formatted, list)
            and len(formatted) == 1
            and not getattr(widget, "allow_multiple_selected", False)
        ):
            formatted = formatted[0]
        if isinstance(widget, CheckboxInput):
            if widget.check_test(value):
                data[bound.html_name] = formatted or "on"
        elif formatted not in (None, ""):
            data[bound.html_name] = formatted
        else:
            data[bound.html_name] = rich("") if "Draft" in type(widget).__name__ else ""
    for formset in getattr(form, "formsets", {}).values():
        data |= {f"{formset.prefix}-{name}": value for name, value in formset.management_form.initial.items()}
        for child in formset.forms:
            data |= _loaded(child)
    return data


def _merged(data: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    several = {name: value for name, value in changes.items() if isinstance(value, list)}
    single = {name: value for name, value in changes.items() if name not in several}
    return data | nested_form_data(single) | several


def posted(client: Client, address: str, **changes: Any) -> Any:
    """Open the form at an address, change some fields and post it; the response redirects when all is well."""
    form = client.get(address).context["form"]
    return client.post(address, _merged(_loaded(form), changes))


def filled(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    """What a browser would post of the form at an address after some changes."""
    return _merged(_loaded(client.get(address).context["form"]), changes)


def new_page(client: Client, model: type[Page], parent: Page, **changes: Any) -> Any:
    """Create a page below a parent and publish it; the response redirects when all is well."""
    address = reverse("wagtailadmin_pages:add", args=(model._meta.app_label, model._meta.model_name, parent.pk))
    return posted(client, address, **{"action-publish": "on", **changes})


def edit_page(client: Client, page: Page, **changes: Any) -> Any:
    """Change fields of a page and publish it."""
    return posted(client, reverse("wagtailadmin_pages:edit", args=(page.pk,)), **{"action-publish": "on", **changes})


def errors_of(response: Any) -> dict[str, Any]:
    """The messages of a refused form by field; rows of inline panels as "sessions-0-end"."""
    assert response.status_code == 200, response.status_code
    form = response.context["form"]
    found = {name: [str(message) for message in messages] for name, messages in form.errors.items()}
    for name, formset in form.formsets.items():
        for index, child in enumerate(formset.forms):
            for field, messages in child.errors.items():
                found[f"{name}-{index}-{field}"] = [str(message) for message in messages]
        if formset.non_form_errors():
            found[name] = [str(message) for message in formset.non_form_errors()]
    return found
