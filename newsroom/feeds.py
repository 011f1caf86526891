"""What the newsroom publishes, as Atom feeds."""

from django.utils.translation import pgettext_lazy

from cms.api.feeds import Feed
from newsroom.calls import CallPage
from newsroom.events import EventPage
from newsroom.news import NewsPage
from newsroom.trainings import TrainingPage


class NewsFeed(Feed):
    """The latest news."""

    name, types, heading = "news", (NewsPage,), pgettext_lazy("reader", "News")


class EventFeed(Feed):
    """The events that were announced last."""

    name, types, heading = "events", (EventPage,), pgettext_lazy("reader", "Events")


class TrainingFeed(Feed):
    """The trainings that were announced last."""

    name, types, heading = "trainings", (TrainingPage,), pgettext_lazy("reader", "Trainings")


class CallFeed(Feed):
    """The calls that were announced last."""

    name, types, heading = "calls", (CallPage,), pgettext_lazy("reader", "Calls for applications")
