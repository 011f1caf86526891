"""Files as readers get them: renditions for everyone, documents as their collection says, the rest for editors."""

import posixpath

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.static import serve
from wagtail.documents.views.serve import serve as serve_document
from wagtail.models import BaseViewRestriction

from cms.media import CLOSED, RENDITIONS, CmsDocument

YEAR = 365 * 24 * 3600
"""Seconds; the address of a rendition never means other pixels."""
EDITORS_FOLDERS = ("images/", "original_images/")
"""Wagtail's thumbnails and the originals, which may tell where and by whom a picture was taken."""
TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
}


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """An image file below MEDIA_ROOT; documents are never found here."""
    public = path.startswith(RENDITIONS)
    if not public and not (path.startswith(EDITORS_FOLDERS) and _is_editor(request)):
        raise Http404
    content_type = TYPES.get(path.rpartition(".")[2].lower())
    if content_type is None or path != posixpath.normpath(path):  # "renditions/../original_images/…"
        raise Http404
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    if "Content-Type" in response:
        response["Content-Type"] = content_type
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # styles of SVG
    if public:
        patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    else:
        patch_cache_control(response, private=True, no_cache=True)
    return response


def _is_editor(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.has_perm("wagtailadmin.access_admin")


@require_safe
def document(request: HttpRequest, document_id: int, document_filename: str) -> HttpResponse:
    """A document; where its collection is for accounts only, 403 for everyone else, 404 in the one of what is closed.

    Wagtail would send them to the admin's login, which readers have no account for. A collection with a password
    asks for it, as Wagtail does.
    """
    found = get_object_or_404(CmsDocument.objects.select_related("collection"), pk=document_id)
    restrictions = list(found.collection.get_view_restrictions())
    for restriction in restrictions:
        asks = restriction.restriction_type == BaseViewRestriction.PASSWORD
        if not asks and not restriction.accept_request(request):
            if found.collection.name == CLOSED:
                raise Http404
            raise PermissionDenied(_("This file is for members only."))
    response: HttpResponse = serve_document(request, str(document_id), document_filename)
    if response.headers.get("Content-Encoding") == "None":  # as Wagtail says that there is none
        del response.headers["Content-Encoding"]
    if found.content_disposition != "inline":
        # Not for what is shown in the browser: a sandbox stops the PDF viewers, and a PDF was checked to be one.
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if restrictions:
        patch_cache_control(response, private=True, no_store=True)
    else:
        patch_cache_control(response, public=True, no_cache=True)  # kept, but asked for again: files are replaced
    return response
