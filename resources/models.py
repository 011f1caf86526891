"""What Django must find under the `resources` label."""

from resources.thesaurus import Concept, ConceptName, ConceptScopeNote, ConceptStatus, PageTheme

__all__ = ["Concept", "ConceptName", "ConceptScopeNote", "ConceptStatus", "PageTheme"]
