"""`/oai`."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from search.oai import repository


@csrf_exempt  # it changes nothing, and harvesters post
@require_http_methods(["GET", "HEAD", "POST"])
def oai(request: HttpRequest) -> HttpResponse:
    """The answer to a harvester, by GET or POST."""
    arguments = request.POST if request.method == "POST" else request.GET
    response = HttpResponse(repository.answer(arguments), content_type="text/xml; charset=utf-8")
    patch_cache_control(response, no_cache=True)
    return response
