from django.db import migrations

FILL = """
    UPDATE notifications_reminder it
       SET centre_id = booking.centre_id,
           starts_at = CASE WHEN it.schedule_version = booking.schedule_version
                            THEN booking.starts_at END
      FROM scheduling_booking booking
     WHERE booking.id = it.booking_id AND it.centre_id IS NULL
"""
# What was left unknown before is not looked for: of those attempts nobody wrote down the number.
LOOK = """
    UPDATE notifications_delivery it
       SET look_at = it.claimed_at
     WHERE it.look_at IS NULL AND it.sid LIKE 'SM%' AND it.redacted_at IS NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0004_what_the_protocol_needs'),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(LOOK, migrations.RunSQL.noop),
    ]
