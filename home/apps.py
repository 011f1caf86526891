from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from cms import changes
        from home.models import NavigationEntry

        changes.watch(NavigationEntry)
