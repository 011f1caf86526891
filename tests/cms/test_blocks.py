"""What blocks refuse."""

import pytest
from django.core.exceptions import ValidationError

from cms.blocks.data import TableBlock

WRONG = {
    "a column without a heading": {"columns": [{"type": "text", "heading": " "}], "rows": []},
    "an overlong heading": {"columns": [{"type": "text", "heading": "x" * 301}], "rows": []},
    "an overlong caption": {"caption": "x" * 301, "columns": [{"type": "text", "heading": "Pays"}], "rows": []},
    "too many columns": {"columns": [{"type": "text", "heading": "Pays"}] * 21, "rows": []},
    "too many rows": {"columns": [{"type": "text", "heading": "Pays"}], "rows": [{"values": ["France"]}] * 501},
}


@pytest.mark.parametrize("stored", WRONG.values(), ids=WRONG)
def test_a_table_that_nobody_could_read_is_refused(stored: dict[str, object]) -> None:
    block = TableBlock()
    with pytest.raises(ValidationError) as refused:
        block.clean(block.to_python({"caption": "", **stored}))
    assert refused.value.non_block_errors  # type: ignore[attr-defined]


def test_a_table_is_kept() -> None:
    block = TableBlock()
    stored = {
        "caption": "Longueurs",
        "columns": [{"type": "text", "heading": "Pays"}],
        "rows": [{"values": ["France"]}],
    }
    assert block.get_prep_value(block.clean(block.to_python(stored))) == stored
