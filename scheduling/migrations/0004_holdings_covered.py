from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('scheduling', '0003_general_access_by_start')]

    operations = [
        migrations.RemoveIndex(model_name='allocation', name='holdings_by_start'),
        migrations.AddIndex(
            model_name='allocation',
            index=models.Index(models.F('resource'), models.Func(models.F('period'), function='lower'), include=('period', 'lane', 'active', 'booking'), name='holdings_by_start'),
        ),
    ]
