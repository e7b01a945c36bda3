from typing import Any

from django.db import migrations


def note_make_ups(apps: Any, _schema_editor: Any) -> None:
    """Those that were made before a series knew of them."""
    beside = apps.get_model("scheduling", "Series").beside.through
    made = apps.get_model("workshops", "Session").objects.exclude(makes_up_for=None)
    beside.objects.bulk_create(
        (
            beside(series_id=series, booking_id=booking)
            for series, booking in made.values_list("group__series", "booking")
        ),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0018_feeds_of_groups'),
        ('workshops', '0002_horses_and_helpers'),
    ]

    operations = [migrations.RunPython(note_make_ups, migrations.RunPython.noop)]
