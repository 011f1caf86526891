"""What some consecutive changes of the log concern: the objects that changed, and what shows them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from django.apps import apps
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Length
from taggit.models import TaggedItem
from wagtail.models import Collection, Page

from cms import labels, publication
from cms.changes.feed.effects import DOCUMENT, IMAGE, PAGE, Objects, Showing, below, label_of, leading, showing
from cms.changes.models import DELETE, DEPENDENCY, PRIVACY, PUBLISH, UNPUBLISH, Change

COLLECTION, TAG, TAGGED = "wagtailcore.collection", "taggit.tag", "taggit.taggeditem"
_COLUMNS = ("title", "live", "path", "url_path", "depth", "translation_key")


class Stretch:
    """The objects that changed, and whatever shows them."""

    def __init__(self, rows: Iterable[Change]) -> None:
        self.rows: dict[str, dict[int, list[Change]]] = defaultdict(lambda: defaultdict(list))
        self._ended: list[Change] = []
        """What showed objects that were deleted."""
        self._last = 0
        for row in rows:
            self._last = row.version or 0
            if row.kind == DEPENDENCY:
                self._ended.append(row)
            else:
                self.rows[row.model][row.object_id].append(row)
        self.changed = Objects()
        for row in self._ended:
            self.changed.add(row.model, [row.object_id])
        for model, found in self.rows.items():
            if model not in leading():
                self.changed.add(model, found)
            self.changed.past[model] = [row.before for of in found.values() for row in of if row.before]
        self._add_tagged()
        self._add_collected()
        self.known = self.changed.pages
        """The changed pages that readers know, or knew: what nobody ever saw changes nothing for anybody."""
        self.known_files: dict[str, set[int]] = {IMAGE: self.changed.images, DOCUMENT: self.changed.documents}
        """The changed images and documents of which that is true, by model."""

    @cached_property
    def _present(self) -> dict[int, Page]:
        pages = Page.objects.filter(pk__in=self.changed.pages) if self.changed.pages else Page.objects.none()
        return {page.pk: page for page in pages.only(*_COLUMNS)}

    def _add_tagged(self) -> None:
        """A tag is part of the pictures and files that bear it."""
        tags, tagged = self.rows.get(TAG), self.rows.get(TAGGED)
        for before in self.changed.past.get(TAGGED, ()):
            self.changed.add(label_of(before["content_type_id"]), [before["object_id"]])
        if tags or tagged:
            items = TaggedItem.objects.filter(Q(tag_id__in=list(tags or ())) | Q(pk__in=list(tagged or ())))
            for content_type, key in items.values_list("content_type_id", "object_id"):
                self.changed.add(label_of(content_type), [key])

    def _add_collected(self) -> None:
        """Whether a collection is private decides for the pictures and files in it and below."""
        if not (collections := self.rows.get(COLLECTION)):
            return
        paths = {before["path"] for before in self.changed.past[COLLECTION]}
        paths |= set(Collection.objects.filter(pk__in=list(collections)).values_list("path", flat=True))
        for model in (IMAGE, DOCUMENT):
            inside = apps.get_model(model).objects.filter(below(paths, "collection__path"))
            self.changed.add(model, inside.values_list("pk", flat=True))

    @cached_property
    def visible(self) -> Objects:
        """Pages whose title, address or publication changed: what others show of them."""
        found = Objects(pages={pk for pk in self.known if self._looks_different(pk)})
        for pk, page in self._present.items():
            if any(row.kind == PRIVACY for row in self.rows[PAGE][pk]) and (pk in self.known or not page.live):
                found.below.add(page.path)
        return found

    def _looks_different(self, pk: int) -> bool:
        page = self._present.get(pk)
        if page is None or not page.live:
            return True
        for row in self.rows[PAGE][pk]:
            if row.kind in {DELETE, UNPUBLISH, PRIVACY} or (row.kind == PUBLISH and row.before is None):
                return True
            if row.before and any(row.before[name] != getattr(page, name) for name in ("live", "title", "url_path")):
                return True
        return False

    @cached_property
    def _families(self) -> tuple[Q, Q]:
        """Conditions: the known pages in all languages, and the visible ones."""
        keys: dict[int, set[str]] = defaultdict(set)
        for pk in self.known:
            if page := self._present.get(pk):
                keys[pk] = {str(page.translation_key)}
            else:
                befores = [row.before for row in self.rows[PAGE][pk] if row.before and row.kind != PRIVACY]
                keys[pk] = {before["translation_key"] for before in befores}
        known = Q(translation_key__in=set().union(*keys.values()))
        visible = Q(translation_key__in=set().union(*(keys[pk] for pk in self.visible.pages)))
        if self.visible.below:
            inside = Q(translation_key__in=self.visible.page_query().values("translation_key"))
            known, visible = known | inside, visible | inside
        return known, visible

    @cached_property
    def showing(self) -> Showing:
        """Whatever shows what changed, by the reference index and by what the apps say."""
        shown = replace(self.changed, pages=self.visible.pages, below=self.visible.below)
        found = showing(shown, self._families[1])
        known = {PAGE: self.known, **self.known_files}
        for row in [*self._ended, *self._ended_later()]:
            if not row.before:
                continue
            # Of facts: who was told that one was withdrawn has nothing to learn from its end.
            knows = self.rows[row.model] if row.before.get("withdrawn") else {row.object_id}
            if row.object_id in known.get(row.model, knows):
                found.others.add(row.before["model"], [row.before["id"]])
        return found

    def _ended_later(self) -> list[Change]:
        """What showed objects that were withdrawn, and deleted since: nothing else tells any more what that was."""
        withdrawn = Q(pk__in=())
        for model, found in self.rows.items():
            keys = [pk for pk, rows in found.items() if any(row.kind == UNPUBLISH for row in rows)]
            withdrawn |= Q(model=model, object_id__in=keys)
        return list(Change.objects.filter(withdrawn, kind=DEPENDENCY, version__gt=self._last))

    def parts(self) -> list[str]:
        """The wholes that changed or show what did."""
        homes = any(page.depth == 2 for pk, page in self._present.items() if pk in self.visible.pages)
        changed = self.changed.parts | self._leading()
        return sorted(changed | self.showing.others.parts | ({"locales"} if homes else set()))

    def _leading(self) -> set[str]:
        """The parts of which something changed that leads to a page that readers know, or to none."""
        found = set()
        for model, how in leading().items():
            if rows := self.rows.get(model):
                objects = apps.get_model(model)._default_manager.filter(pk__in=rows)
                pages = set(objects.values_list(how.column, flat=True))
                pages |= {before[how.column] for before in self.changed.past[model]}
                if None in pages or self._any_known(pages, how.in_any_language):
                    found.add(how.part)
        return found

    def _any_known(self, pages: set[int], in_any_language: bool) -> bool:
        chosen = Page.objects.filter(pk__in=pages)
        if in_any_language:
            chosen = Page.objects.filter(translation_key__in=chosen.values("translation_key"))
        return (
            not pages.isdisjoint(self.known)
            or publication.public(chosen, labels.current().private_paths).exists()
            or chosen.filter(below(self.visible.below)).exists()  # closed meanwhile
        )

    def page_queries(self) -> list[QuerySet[Page]]:
        """The pages that changed or show what did, as queries that each use an index."""
        found = [
            Page.objects.filter(pk__in=self.known | self.showing.others.pages),
            Page.objects.filter(pk__in=self.showing.pages),
            Page.objects.filter(self._families[0]),
        ]
        if self.visible.pages or self.visible.below:
            here = {self._present[pk].path for pk in self.visible.pages & self._present.keys()}
            found += [
                Page.objects.filter(alias_of__in=self.visible.page_query().values("pk")),
                Page.objects.filter(below(here | self.visible.below)),  # they name it in their breadcrumb
            ]
        return [*found, Page.objects.filter(path__in=self._around())]

    def _around(self) -> set[str]:
        """Tree paths of those that list, or stand beside, pages that show otherwise than before, or elsewhere.

        A page's neighbours are told of where it is and where it was: between the two, whatever stood beside it changed
        as well.
        """
        paths: set[str] = set()
        shown, moved = [], []
        for pk in self.known:
            here = {self._present[pk].path} if pk in self._present else set()
            there = here | {row.before["path"] for row in self.rows[PAGE][pk] if row.before}
            if pk in self.visible.pages or len(there) > 1:
                paths |= there
                shown.append(pk)
                moved += [row.pk for row in self.rows[PAGE][pk] if row.before and row.before["path"] not in here]
        private = labels.current().private_paths
        now = Q(pk__in=shown)
        if self.visible.below:
            now |= Q(alias_of__in=self.visible.page_query().values("pk"))  # as private as what they repeat
        places = list(Page.objects.filter(now).values_list("path", *publication.beside(private)))
        if moved:
            was = KT("before__path")
            left = Change.objects.filter(pk__in=moved).annotate(was=was, level=Length(was) / Page.steplen)
            places += left.values_list("was", *publication.beside(private, "was", "level"))
        found = {path[: -Page.steplen] for path in paths}
        for path, *neighbours in places:
            parent = path[: -Page.steplen]
            found |= {one for one in neighbours if one and one[: -Page.steplen] == parent}
        return found
