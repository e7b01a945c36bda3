import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# What repeats is set-up: it gives the stamp of 0008 another value. Of django-scheduler's rows only
# those of repeating hours do; those of series are bookings'.
OWN_ROWS = """
    CREATE TRIGGER stamp_setup_changed
     AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
       FOR EACH STATEMENT EXECUTE FUNCTION scheduling_stamp_setup()
"""
OF_HOURS = """
    CREATE FUNCTION scheduling_stamp_hours() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        changed bigint;
    BEGIN
        IF TG_TABLE_NAME = 'schedule_event' THEN
            changed := NEW.id;
        ELSIF TG_OP = 'DELETE' THEN
            changed := OLD.event_id;
        ELSE
            changed := NEW.event_id;
        END IF;
        IF EXISTS (SELECT FROM scheduling_hoursterm WHERE event_id = changed) THEN
            UPDATE scheduling_setupstamp SET stamp = gen_random_uuid();
        END IF;
        RETURN NULL;
    END $$
"""
LIBRARY_ROWS = """
    CREATE TRIGGER stamp_setup_changed AFTER {events} ON {table}
       FOR EACH ROW EXECUTE FUNCTION scheduling_stamp_hours()
"""


def trigger(statement, table, **options):
    return migrations.RunSQL(
        statement.format(table=table, **options), f"DROP TRIGGER stamp_setup_changed ON {table}"
    )


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_discreet_families'),
        ('schedule', '0015_rename_indexes'),
        ('scheduling', '0012_feeds_of_anything'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RepeatingHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('works', 'works'), ('away', 'does not work'), ('open', 'the house is open'), ('closed', 'the house is closed all day')], max_length=6)),
                ('name', models.CharField(blank=True, help_text='why the house is closed', max_length=80)),
                ('until_on', models.DateField(help_text='the last day; empty: until somebody ends it', null=True)),
                ('version', models.PositiveIntegerField(default=1, help_text='guards stale edits')),
                ('created_at', models.DateTimeField()),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='repeating_hours', to='people.centre')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resource', models.ForeignKey(help_text='who works', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='repeating_hours', to='scheduling.resource')),
            ],
            options={
                'verbose_name_plural': 'repeating hours',
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='HoursTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='hours_term', to='schedule.event')),
                ('hours', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='scheduling.repeatinghours')),
            ],
            options={
                'ordering': ['event__start', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='repeatinghours',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['open', 'closed']), ('resource', None)), models.Q(('kind__in', ['works', 'away']), ('resource__isnull', False)), _connector='OR'), name='hours_are_somebody_s_or_the_house_s'),
        ),
        migrations.AddConstraint(
            model_name='repeatinghours',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'closed'), ('name', ''), _negated=True), name='closed_for_a_reason'),
        ),
        migrations.RunSQL(OF_HOURS, "DROP FUNCTION scheduling_stamp_hours"),
        trigger(OWN_ROWS, "scheduling_repeatinghours"),
        trigger(OWN_ROWS, "scheduling_hoursterm"),
        trigger(LIBRARY_ROWS, "schedule_event", events="UPDATE"),
        trigger(LIBRARY_ROWS, "schedule_occurrence", events="INSERT OR UPDATE OR DELETE"),
    ]
