"""Whoever was registered before nights were held gets the resource they are held by."""

from typing import Any

from django.db import migrations


def add_residences(apps: Any, schema_editor: Any) -> None:
    Resource = apps.get_model("scheduling", "Resource")
    Person = apps.get_model("people", "Person")
    without = Person.objects.filter(residence=None).values_list("pk", "centre")
    Resource.objects.bulk_create(
        Resource(kind="residence", resident_id=pk, centre_id=centre)
        for pk, centre in without.iterator()
    )


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0006_nights_and_what_is_under_way")]

    operations = [migrations.RunPython(add_residences, migrations.RunPython.noop)]
