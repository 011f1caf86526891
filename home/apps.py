from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from cms import changes
        from home.models import DemoItem, NavigationEntry

        changes.watch(NavigationEntry)
        changes.leave_out(DemoItem, "bookkeeping of the demo loader")
