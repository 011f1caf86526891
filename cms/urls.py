"""The project's addresses."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail import views as wagtail_views
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.documents.views import serve

from cms import attempts, frontend, media_views, reading
from home import views
from resources import file_views
from search import feed, portal, selection, subjects
from search.oai import view as oai

handler400 = "cms.api.errors.refuse_request"
handler404 = "cms.api.errors.nothing_there"
handler500 = "cms.api.errors.failed"

urlpatterns = [
    path("", RedirectView.as_view(url=f"/{settings.LANGUAGE_CODE}/")),
    path("robots.txt", views.robots),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemap-portail-<str:locale>-<int:number>.xml", views.sitemap_documents, name="sitemap_documents"),
    path("sitemap-<str:locale>-<int:number>.xml", views.sitemap_file, name="sitemap_file"),
    path(frontend.PREVIEW_PATH.lstrip("/"), reading.by_token),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/<int:document_id>/<str:document_filename>", media_views.document, name="wagtaildocs_serve"),
    path(
        "documents/authenticate_with_password/<int:restriction_id>/",
        attempts.throttled(serve.authenticate_with_password, "collection"),
    ),
    path("documents/", include(wagtaildocs_urls)),
    path(f"{file_views.THUMBNAILS}<uuid:key>.webp", file_views.thumbnail),
    path("api/v2/", include("cms.api.router")),
    path("oai", oai.oai),
    path(f"{settings.MEDIA_URL.lstrip('/')}<path:path>", media_views.media),
    path(portal.PATH, portal.in_own_language),
    *i18n_patterns(
        path(portal.PATH, portal.portal, name="portal"),
        path(f"{portal.PATH}{feed.FILE}", feed.feed, name="portal_feed"),
        path(f"{portal.PATH}{selection.SLUG}/", selection.selection, name="portal_selection"),
        path(f"{portal.PATH}{subjects.AUTHORS}/<slug:code>/", subjects.author, name="portal_author"),
        path(f"{portal.PATH}{subjects.THEMES}/<slug:code>/", subjects.theme, name="portal_theme"),
        path(f"{portal.PATH}<slug:code>/", portal.record, name="portal_record"),
        path(
            "_util/authenticate_with_password/<int:restriction_id>/<int:page_id>/",
            attempts.throttled(wagtail_views.authenticate_with_password, "page"),
        ),
        path("", include(wagtail_urls)),
        prefix_default_language=True,
    ),
]
