from django.db import migrations

# A lane past the resource's lanes would slip through the exclusion. Lane one always exists, so
# the trigger runs for the few resources that have more.
FORWARDS = """
CREATE FUNCTION scheduling_lane_of_its_resource() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.lane > (SELECT lanes FROM scheduling_resource WHERE id = NEW.resource_id) THEN
        RAISE EXCEPTION 'the resource has no such lane' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER lane_of_its_resource
    BEFORE INSERT OR UPDATE OF lane, resource_id ON scheduling_allocation
    FOR EACH ROW WHEN (NEW.lane > 1) EXECUTE FUNCTION scheduling_lane_of_its_resource();
"""
BACKWARDS = """
DROP TRIGGER lane_of_its_resource ON scheduling_allocation;
DROP FUNCTION scheduling_lane_of_its_resource();
"""


class Migration(migrations.Migration):

    dependencies = [('scheduling', '0001_initial')]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
