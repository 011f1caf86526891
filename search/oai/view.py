"""`/oai`."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cms.throttle import limited
from search.oai import repository


def _too_many(request: HttpRequest) -> HttpResponse:
    """As OAI-PMH has it (3.1.2.2): harvesters wait as long as they are told to."""
    return HttpResponse("Too many requests from this address.", status=503, content_type="text/plain; charset=utf-8")


@limited(_too_many)
@csrf_exempt  # it changes nothing, and harvesters post
@require_http_methods(["GET", "HEAD", "POST"])
def oai(request: HttpRequest) -> HttpResponse:
    """The answer to a harvester, by GET or POST."""
    arguments = request.POST if request.method == "POST" else request.GET
    response = HttpResponse(repository.answer(arguments), content_type="text/xml; charset=utf-8")
    patch_cache_control(response, no_cache=True)
    return response
