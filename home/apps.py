from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from cms import changes, structured_data
        from cms.api import vocabularies
        from cms.changes.feed import effects
        from home import dependants, publisher
        from home.models import DemoItem, NavigationEntry
        from home.models.members import MemberCategory
        from home.models.navigation import Menu
        from home.models.settings import SocialNetwork

        structured_data.register_publisher(publisher.load)
        changes.watch(NavigationEntry, remember=["page_id"])
        changes.leave_out(DemoItem, "bookkeeping of the demo loader")
        menu = effects.Leading("navigation", "page_id", in_any_language=True)
        effects.register_leading("home.navigationentry", menu)
        effects.register_part("site", "home.sitesettings")
        effects.register(dependants.of)
        vocabularies.register(member_category=MemberCategory, menu=Menu, social_network=SocialNetwork)
