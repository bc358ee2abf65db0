import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Attempts",
            fields=[
                ("bucket", models.TextField(primary_key=True, serialize=False)),
                ("n", models.IntegerField()),
                ("since", models.DateTimeField()),
            ],
            options={
                "db_table": "access_attempts",
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("technical_id", models.TextField(unique=True)),
                ("name", models.TextField(db_default="")),
                ("siret", models.TextField(db_default="")),
                ("siren", models.TextField(db_default="")),
                ("finess", models.TextField(db_default="")),
                ("postcode", models.TextField(db_default="")),
                ("commune", models.TextField(db_default="")),
                ("department", models.TextField(db_default="")),
                ("kind", models.TextField(db_default="")),
                (
                    "declared_networks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), db_default=[], default=list, size=None
                    ),
                ),
                ("active", models.BooleanField(db_default=True)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "access_organisation",
            },
        ),
        migrations.CreateModel(
            name="Professional",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rpps", models.TextField(unique=True)),
                ("national_id", models.TextField(db_default="")),
                ("civility", models.TextField(db_default="")),
                ("family_name", models.TextField(db_default="")),
                ("given_name", models.TextField(db_default="")),
                (
                    "profession",
                    models.TextField(
                        choices=[
                            ("pharmacist", "pharmacist"),
                            ("optician", "optician"),
                            ("doctor", "doctor"),
                            ("hospital_desk", "hospital_desk"),
                            ("dentist", "dentist"),
                            ("hearing", "hearing"),
                            ("nurse", "nurse"),
                            ("midwife", "midwife"),
                            ("physiotherapist", "physiotherapist"),
                            ("podiatrist", "podiatrist"),
                            ("operator", "operator"),
                            ("dpo", "dpo"),
                        ]
                    ),
                ),
                ("active", models.BooleanField(db_default=True)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "access_professional",
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("login", models.TextField(unique=True)),
                ("email", models.EmailField(blank=True, db_default="", max_length=254)),
                ("is_active", models.BooleanField(db_default=True, default=True)),
                ("display_name", models.TextField(db_default="")),
                (
                    "profession",
                    models.TextField(
                        choices=[
                            ("pharmacist", "pharmacist"),
                            ("optician", "optician"),
                            ("doctor", "doctor"),
                            ("hospital_desk", "hospital_desk"),
                            ("dentist", "dentist"),
                            ("hearing", "hearing"),
                            ("nurse", "nurse"),
                            ("midwife", "midwife"),
                            ("physiotherapist", "physiotherapist"),
                            ("podiatrist", "podiatrist"),
                            ("operator", "operator"),
                            ("dpo", "dpo"),
                        ]
                    ),
                ),
                ("card_until", models.DateTimeField(null=True)),
                ("language", models.CharField(db_default="fr", default="fr", max_length=5)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="access.organisation"
                    ),
                ),
                (
                    "professional",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="access.professional"
                    ),
                ),
            ],
            options={
                "db_table": "access_account",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("session_key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("assurance", models.SmallIntegerField(db_default=1, default=1)),
                ("device", models.TextField(db_default="", default="")),
                ("network", models.GenericIPAddressField(null=True)),
                ("agent", models.TextField(db_default="", default="")),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "access_session",
            },
        ),
        migrations.CreateModel(
            name="SetUp",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "access_setup",
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.TextField()),
                ("hash", models.BinaryField(unique=True)),
                ("prefix", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "access_token",
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.TextField()),
                ("label", models.TextField(db_default="")),
                ("first_seen", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_seen", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "access_device",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "digest"), name="access_device_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "profession",
                    models.TextField(
                        choices=[
                            ("pharmacist", "pharmacist"),
                            ("optician", "optician"),
                            ("doctor", "doctor"),
                            ("hospital_desk", "hospital_desk"),
                            ("dentist", "dentist"),
                            ("hearing", "hearing"),
                            ("nurse", "nurse"),
                            ("midwife", "midwife"),
                            ("physiotherapist", "physiotherapist"),
                            ("podiatrist", "podiatrist"),
                            ("operator", "operator"),
                            ("dpo", "dpo"),
                        ]
                    ),
                ),
                ("mode", models.TextField(db_default="")),
                ("active", models.BooleanField(db_default=True)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="access.organisation"),
                ),
                (
                    "professional",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="access.professional"),
                ),
            ],
            options={
                "db_table": "access_activity",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("professional", "organisation", "profession"), name="access_activity_once"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("login__regex", "^[a-z0-9][a-z0-9._-]{2,63}$")), name="access_login_shape"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "profession__in",
                        [
                            "pharmacist",
                            "optician",
                            "doctor",
                            "hospital_desk",
                            "dentist",
                            "hearing",
                            "nurse",
                            "midwife",
                            "physiotherapist",
                            "podiatrist",
                            "operator",
                            "dpo",
                        ],
                    )
                ),
                name="access_account_profession",
            ),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["account", "-started_at"], name="access_session_account"),
        ),
    ]
