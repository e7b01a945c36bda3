import django.db.models.deletion
import people.languages
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models

# How a centre words its texts is kept under the stamp of scheduling's 0008, as its set-up is.
TRIGGER = """
    CREATE TRIGGER stamp_setup_changed
     AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON notifications_template
       FOR EACH STATEMENT EXECUTE FUNCTION scheduling_stamp_setup()
"""


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0008_call_list'),
        ('people', '0005_open_languages'),
        ('rooms', '0005_houses_are_set_up'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalTemplate',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('public_id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('kind', models.CharField(max_length=12)),
                ('wording', models.CharField(choices=[('discreet', 'discreet: date and time only'), ('plain', 'plain: adds “appointment”'), ('full', "full: adds the centre's public name")], max_length=10)),
                ('language', models.CharField(choices=people.languages.choices, max_length=5)),
                ('script', models.CharField(help_text='the letters it is written in', max_length=10)),
                ('text', models.CharField(blank=True, max_length=200)),
                ('version', models.PositiveIntegerField(default=1)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('centre', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.centre')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical template',
                'verbose_name_plural': 'historical templates',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=12)),
                ('wording', models.CharField(choices=[('discreet', 'discreet: date and time only'), ('plain', 'plain: adds “appointment”'), ('full', "full: adds the centre's public name")], max_length=10)),
                ('language', models.CharField(choices=people.languages.choices, max_length=5)),
                ('script', models.CharField(help_text='the letters it is written in', max_length=10)),
                ('text', models.CharField(blank=True, max_length=200)),
                ('version', models.PositiveIntegerField(default=1)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='people.centre')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('centre', 'kind', 'wording', 'language', 'script'), name='one_text_of_a_centres_own')],
            },
        ),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER stamp_setup_changed ON notifications_template"),
    ]
