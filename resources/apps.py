from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "resources"

    def ready(self) -> None:
        from cms.api import vocabularies
        from resources import models

        vocabularies.register(
            agent_kind=models.AgentKind, concept_status=models.ConceptStatus, project_kind=models.ProjectKind
        )
