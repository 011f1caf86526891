"""Identifiers of agents in other registers."""

import pytest
from django.core.exceptions import ValidationError

from resources.agents import Agent, validate_isni, validate_orcid


@pytest.mark.parametrize("value", ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"])
def test_orcid(value: str) -> None:
    validate_orcid(value)


@pytest.mark.parametrize(
    "value", ["0000-0002-1825-0098", "0000000218250097", "0000-0002-1825-009", "https://orcid.org/"]
)
def test_mistyped_orcid(value: str) -> None:
    with pytest.raises(ValidationError):
        validate_orcid(value)


@pytest.mark.parametrize("value", ["0000 0001 2103 2683", "0000000121032683", "000000012146438X"])
def test_isni(value: str) -> None:
    validate_isni(value)


@pytest.mark.parametrize("value", ["0000 0001 2103 2684", "0000 0001 2103", "ISNI 0000"])
def test_mistyped_isni(value: str) -> None:
    with pytest.raises(ValidationError):
        validate_isni(value)


def test_only_persons_have_an_orcid() -> None:
    agent = Agent(code="mot", kind="body", orcid="0000-0002-1825-0097")
    with pytest.raises(ValidationError) as refusal:
        agent.clean()
    assert set(refusal.value.message_dict) == {"orcid"}


def test_isni_is_kept_without_spaces() -> None:
    agent = Agent(code="mot", isni="0000 0001 2103 2683")
    agent.clean()
    assert agent.isni == "0000000121032683"
