from django.db import migrations, models

# What was booked before, by the service's access as it is now.
FILL = """
UPDATE scheduling_allocation held SET by_general_access = true
  FROM scheduling_booking booking JOIN scheduling_service service ON service.id = booking.service_id
 WHERE held.booking_id = booking.id AND held.part = 'person' AND service.access = 'general'
"""


class Migration(migrations.Migration):

    dependencies = [('scheduling', '0002_lane_of_its_resource')]

    operations = [
        migrations.AddField(
            model_name='allocation',
            name='by_general_access',
            field=models.BooleanField(db_default=False, help_text="the person's part in a service that asks for no papers (D4)"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        # The triggers that the rows just filled still owe stand in the way of an index.
        migrations.RunSQL('SET CONSTRAINTS ALL IMMEDIATE', migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='allocation',
            index=models.Index(models.F('resource'), models.Func(models.F('period'), function='lower'), condition=models.Q(('active', True), ('by_general_access', True)), name='general_access_by_start'),
        ),
    ]
