"""Dates in the admin: the day first in both of its languages, and what a machine writes is read as well."""

import datetime

import pytest
from django import forms
from django.conf import settings
from django.utils import timezone, translation
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput

LANGUAGES = [code for code, _name in settings.WAGTAILADMIN_PERMITTED_LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_is_read_as_it_is_shown(language: str) -> None:
    day = datetime.date(2026, 12, 5)
    with translation.override(language):
        field = forms.DateField(widget=AdminDateInput())
        shown = field.widget.format_value(day)
        assert shown == "05/12/2026"
        assert [field.clean(text) for text in (shown, "5/12/2026", "05/12/26", "2026-12-05")] == [day] * 4
        with pytest.raises(forms.ValidationError):
            field.clean("12/31/2026")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_moment_is_read_as_it_is_shown(language: str) -> None:
    moment = datetime.datetime(2026, 12, 5, 9, 30)
    with translation.override(language):
        field = forms.DateTimeField(widget=AdminDateTimeInput())
        shown = field.widget.format_value(moment)
        assert shown == "05/12/2026 09:30"
        read = [field.clean(text) for text in (shown, "2026-12-05 09:30", "2026-12-05T09:30:00")]
    assert read == [timezone.make_aware(moment)] * 3
