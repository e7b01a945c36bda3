from django.db import migrations

# What a house is called and where it stands is set-up: it gives the stamp of scheduling's 0008
# another value, since no text to a phone may hold it.
TRIGGER = """
    CREATE TRIGGER stamp_setup_changed
     AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON rooms_building
       FOR EACH STATEMENT EXECUTE FUNCTION scheduling_stamp_setup()
"""


class Migration(migrations.Migration):

    dependencies = [
        ("rooms", "0004_holds_that_ran_out"),
        ("scheduling", "0008_setup_stamp"),
    ]

    operations = [
        migrations.RunSQL(TRIGGER, "DROP TRIGGER stamp_setup_changed ON rooms_building"),
    ]
