from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('base', '0007_tasks_are_mailed'),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE base_task SET mailed_at = created_at WHERE mailed_at IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
