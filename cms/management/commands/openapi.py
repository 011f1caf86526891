"""Write the OpenAPI document of this version of the code, for clients to be generated from without a server."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from cms.api.schema.document import document


class Command(BaseCommand):
    help = "Print the OpenAPI document as JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(document(), indent=1, ensure_ascii=False))
