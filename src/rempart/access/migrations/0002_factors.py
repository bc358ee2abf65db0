from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.CreateModel(
            name="TotpCounter",
            fields=[
                (
                    "authenticator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="mfa.authenticator",
                    ),
                ),
                ("last_counter", models.BigIntegerField()),
            ],
            options={
                "db_table": "access_totpcounter",
            },
        ),
        migrations.RunSQL((SQL / "guards.sql").read_text("utf-8")),
    ]
