from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("needs", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="member", name="fit", field=models.FloatField(editable=False, null=True)
        ),
    ]
