"""The table of contents of `/api/v2/`."""

from django.urls import URLPattern, path

from borders.api import (
    BorderComparison,
    BorderDetail,
    BorderList,
    KeyFigureDetail,
    KeyFigureList,
    ProgrammeDetail,
    ProgrammeList,
    TerritoryDetail,
    TerritoryList,
)
from cms.api.changes import ChangeFeed
from cms.api.find import PageFind
from cms.api.locales import LocaleList
from cms.api.media import DocumentDetail, DocumentList, ImageDetail, ImageList
from cms.api.pages import PageDetail, PageList
from cms.api.preview import PagePreview
from cms.api.redirects import RedirectList
from cms.api.robots import Robots
from cms.api.schema.views import Docs, Schema
from cms.api.sitemap import Sitemap
from cms.api.views import Nothing
from cms.api.vocabularies import VocabularyDetail, VocabularyList
from home.api import MemberDetail, MemberList, NavigationView, SiteView
from home.pilot_actions import PilotActionList
from home.related import RelatedPages
from newsroom.calendar import Calendar, PageCalendar
from newsroom.feeds import CallFeed, EventFeed, NewsFeed, TrainingFeed
from resources.api import AgentDetail, AgentList, ConceptDetail, ConceptList, ConceptTree
from resources.record_api import RecordCitation, RecordDetail, RecordList, SimilarRecords
from search.api import Search, Suggest

urlpatterns: list[URLPattern] = [
    path("pages/", PageList.as_view()),
    path("pages/find/", PageFind.as_view()),
    path("pages/<int:key>/", PageDetail.as_view()),
    path("pages/<int:key>/related/", RelatedPages.as_view()),
    path("pages/<int:key>/calendar/", PageCalendar.as_view()),
    path("images/", ImageList.as_view()),
    path("images/<int:key>/", ImageDetail.as_view()),
    path("documents/", DocumentList.as_view()),
    path("documents/<int:key>/", DocumentDetail.as_view()),
    path("borders/", BorderList.as_view()),
    path("borders/compare/", BorderComparison.as_view()),
    path("borders/<slug:key>/", BorderDetail.as_view()),
    path("territories/", TerritoryList.as_view()),
    path("territories/<slug:key>/", TerritoryDetail.as_view()),
    path("programmes/", ProgrammeList.as_view()),
    path("programmes/<slug:key>/", ProgrammeDetail.as_view()),
    path("key-figures/", KeyFigureList.as_view()),
    path("key-figures/<slug:key>/", KeyFigureDetail.as_view()),
    path("pilot-actions/", PilotActionList.as_view()),
    path("concepts/", ConceptList.as_view()),
    path("concepts/tree/", ConceptTree.as_view()),
    path("concepts/<slug:key>/", ConceptDetail.as_view()),
    path("agents/", AgentList.as_view()),
    path("agents/<slug:key>/", AgentDetail.as_view()),
    path("records/", RecordList.as_view()),
    path("records/<slug:key>/", RecordDetail.as_view()),
    path("records/<slug:key>/citation/", RecordCitation.as_view()),
    path("records/<slug:key>/similar/", SimilarRecords.as_view()),
    path("members/", MemberList.as_view()),
    path("members/<slug:key>/", MemberDetail.as_view()),
    path("vocabularies/", VocabularyList.as_view()),
    path("vocabularies/<slug:key>/", VocabularyDetail.as_view()),
    path("search/", Search.as_view()),
    path("suggest/", Suggest.as_view()),
    path("navigation/", NavigationView.as_view()),
    path("site/", SiteView.as_view()),
    path("locales/", LocaleList.as_view()),
    path("redirects/", RedirectList.as_view()),
    path("sitemap/", Sitemap.as_view()),
    path("robots/", Robots.as_view()),
    path("feeds/news/", NewsFeed.as_view()),
    path("feeds/events/", EventFeed.as_view()),
    path("feeds/trainings/", TrainingFeed.as_view()),
    path("feeds/calls/", CallFeed.as_view()),
    path("calendar/", Calendar.as_view()),
    path("changes/", ChangeFeed.as_view()),
    path("preview/", PagePreview.as_view()),
    path("schema/", Schema.as_view()),
    path("docs/", Docs.as_view()),
    path("", Nothing.as_view()),
    path("<path:rest>/", Nothing.as_view()),
]
