from django.db import migrations, models

# Whoever changes the set-up waits for whoever does so already: the stamp is one row. Bookings never
# touch it.
#
# Of the rows of resources and of colleagues not every change counts: a booking changes a resource's
# revision, and registering a person makes resources. Neither is set-up.
NAMED = "name, centre_id, lanes, seats, is_active, user_id, kind"
OF_A_PLACE = "{row}.kind NOT IN ('person', 'residence')"
RESOURCE_CHANGED = "({}) IS DISTINCT FROM ({})".format(
    *(", ".join(f"{row}.{column}" for column in NAMED.split(", ")) for row in ("OLD", "NEW"))
)
COLLEAGUE_CHANGED = (
    "(OLD.is_active, OLD.first_name, OLD.last_name)"
    " IS DISTINCT FROM (NEW.is_active, NEW.first_name, NEW.last_name)"
)
WHOLE = (
    "scheduling_service",
    "scheduling_resource_services",
    "scheduling_availability",
    "scheduling_availabilityexception",
    "scheduling_closure",
    "people_openinghours",
    "people_role",
    "people_centre",
)

STAMP = """
    CREATE FUNCTION scheduling_stamp_setup() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO scheduling_setupstamp (id, stamp) VALUES (1, gen_random_uuid())
            ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp;
        RETURN NULL;
    END $$
"""
TRIGGER = """
    CREATE TRIGGER stamp_setup_{name} AFTER {events} ON {table}
       FOR EACH {each} {when} EXECUTE FUNCTION scheduling_stamp_setup()
"""


def trigger(name, table, events, *, each="ROW", when=""):
    return migrations.RunSQL(
        TRIGGER.format(
            name=name, table=table, events=events, each=each, when=when and f"WHEN ({when})"
        ),
        f"DROP TRIGGER stamp_setup_{name} ON {table}",
    )


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0003_discreet_families"),
        ("scheduling", "0007_residences_of_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="SetupStamp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stamp", models.UUIDField()),
            ],
        ),
        migrations.RunSQL(STAMP, "DROP FUNCTION scheduling_stamp_setup"),
        *(
            trigger("changed", table, "INSERT OR UPDATE OR DELETE OR TRUNCATE", each="STATEMENT")
            for table in WHOLE
        ),
        trigger("emptied", "scheduling_resource", "TRUNCATE", each="STATEMENT"),
        trigger("added", "scheduling_resource", "INSERT", when=OF_A_PLACE.format(row="NEW")),
        trigger("gone", "scheduling_resource", "DELETE", when=OF_A_PLACE.format(row="OLD")),
        trigger("changed", "scheduling_resource", f"UPDATE OF {NAMED}", when=RESOURCE_CHANGED),
        trigger("changed", "people_user", "UPDATE", when=COLLEAGUE_CHANGED),
        migrations.RunSQL(
            "INSERT INTO scheduling_setupstamp (id, stamp) VALUES (1, gen_random_uuid())",
            migrations.RunSQL.noop,
        ),
    ]
