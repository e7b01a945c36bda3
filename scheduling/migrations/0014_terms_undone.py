from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0013_hours_that_repeat'),
    ]

    operations = [
        migrations.AddField(
            model_name='term',
            name='is_undone',
            field=models.BooleanField(default=False, help_text='the change that made it was undone'),
        ),
    ]
