import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0005_reminders_say_where_and_when'),
    ]

    operations = [
        migrations.AlterField(
            model_name='reminder',
            name='centre',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='people.centre'),
        ),
    ]
