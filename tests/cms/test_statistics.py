"""SQLite knows how large its tables are."""

import pytest
from django.db import connection

from cms import statistics


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_counts_its_tables():
    statistics.gather()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM sqlite_stat1 WHERE tbl = 'django_content_type'")
            assert cursor.fetchone()
