from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = [
        migrations.RunSQL((SQL / "tables.sql").read_text("utf-8"), "drop schema vault cascade"),
    ]
