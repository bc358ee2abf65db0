from pathlib import Path

from django.db import migrations

_FILES = sorted(
    (Path(__file__).parents[1] / "sql").glob("*.sql"), key=lambda file: (file.name != "tables.sql", file.name)
)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("detection", "0001_initial")]
    operations = [migrations.RunSQL(file.read_text("utf-8")) for file in _FILES]
