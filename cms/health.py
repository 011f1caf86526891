"""Whether this server works: `/healthz`, for Docker and load balancers."""

import logging
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase

PATH = "/healthz"

logger = logging.getLogger(__name__)


class HealthMiddleware:
    """Answers /healthz with 200 `ok`, or 503 while the database does not answer.

    It comes first, before host checks and the redirect to HTTPS: whoever asks knows this server by its address only.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path != PATH:
            return self.get_response(request)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError as error:
            logger.error("The database does not answer: %s", error)
            return HttpResponse("database\n", status=503, content_type="text/plain")
        return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})
