"""Wagtail's API v2 as its documentation sets it up."""

from django.urls import include, path
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.documents.api.v2.views import DocumentsAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet
from wagtail.models import get_page_models

from cms.fields import fields_of
from cms.pages import SitePage

for model in get_page_models():
    if issubclass(model, SitePage):
        # What is a column or a relation of the model under the very name that our JSON gives it.
        names = {field.name for field in model._meta.get_fields()}
        model.api_fields = [field.name for field in fields_of(model) if field.name in names]  # type: ignore[attr-defined]

router = WagtailAPIRouter("wagtailapi")
router.register_endpoint("pages", PagesAPIViewSet)
router.register_endpoint("images", ImagesAPIViewSet)
router.register_endpoint("documents", DocumentsAPIViewSet)

urlpatterns = [path("api/v2/", router.urls), path("documents/", include(wagtaildocs_urls))]
