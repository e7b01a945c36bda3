import django.db.models.deletion
from django.db import migrations, models

# What is busy is set-up: it gives the stamp of 0008 another value.
TRIGGER = """
    CREATE TRIGGER stamp_setup_changed
     AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON scheduling_busytime
       FOR EACH STATEMENT EXECUTE FUNCTION scheduling_stamp_setup()
"""


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0010_series'),
    ]

    operations = [
        migrations.CreateModel(
            name='OuterCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uploaded_at', models.DateTimeField()),
                ('events', models.PositiveIntegerField(help_text='in the file, busy or not')),
                ('until_on', models.DateField(help_text='the last day of which it tells')),
                ('resource', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='outer_calendar', to='scheduling.resource')),
            ],
        ),
        migrations.CreateModel(
            name='BusyTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('resource', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='busy_times', to='scheduling.resource')),
            ],
            options={
                'indexes': [models.Index(fields=['resource', 'ends_at'], name='busy_times_by_end')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='busy_time_starts_before_it_ends')],
            },
        ),
        migrations.RunSQL(TRIGGER, 'DROP TRIGGER stamp_setup_changed ON scheduling_busytime'),
    ]
