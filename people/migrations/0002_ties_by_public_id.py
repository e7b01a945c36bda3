import uuid

from django.db import migrations, models

TIES = ['carer', 'nocontact', 'kinshipwall']
TABLES = TIES + [f'historical{tie}' for tie in TIES]


class Migration(migrations.Migration):

    dependencies = [('people', '0001_initial')]

    operations = [
        *(migrations.AddField(name, 'public_id', models.UUIDField(null=True, editable=False)) for name in TABLES),
        *(
            migrations.RunSQL(f"UPDATE people_{name} SET public_id = gen_random_uuid()", migrations.RunSQL.noop)  # noqa: S608
            for name in TABLES
        ),
        migrations.RunSQL('SET CONSTRAINTS ALL IMMEDIATE', migrations.RunSQL.noop),
        *(
            migrations.AlterField(name, 'public_id', models.UUIDField(default=uuid.uuid4, unique=True, editable=False))
            for name in TIES
        ),
        *(
            migrations.AlterField(f'historical{name}', 'public_id', models.UUIDField(default=uuid.uuid4, db_index=True, editable=False))
            for name in TIES
        ),
    ]
