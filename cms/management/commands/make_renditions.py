from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cms.media import CmsImage, RenditionState
from cms.renditions import incomplete, make, remove_orphans


class Command(BaseCommand):
    """Makes the renditions that are missing, now and here, removes files that none needs, and says what it did.

    Images that failed before are tried again. Ends with an error when some cannot be read; the others are made.
    """

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="make every image's anew, after a change of the set")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = dict.fromkeys(RenditionState, 0)
        images = CmsImage.objects.order_by("pk").iterator() if options["all"] else incomplete()
        for image in images:
            state = make(image)
            counts[state] += 1
            self.stdout.write(f"{image.pk} {image.title}: {state}")
        complete = CmsImage.objects.count() - sum(counts.values())
        self.stdout.write(
            f"{counts[RenditionState.READY]} made, {max(complete, 0)} already complete, "
            f"{counts[RenditionState.WAITING]} replaced meanwhile, {counts[RenditionState.FAILED]} failed."
        )
        if orphans := remove_orphans():
            self.stdout.write(f"{orphans} files removed that no image needs.")
        if counts[RenditionState.FAILED]:
            raise CommandError("Some images cannot be read: replace their files.")
