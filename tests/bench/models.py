"""A row of nothing in particular, for the control. tests.bench.data makes its table."""

from django.db import models


class PlainRow(models.Model):
    """As wide as an allocation, with no index but its key and no constraint at all."""

    owner = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    place = models.PositiveIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    active = models.BooleanField(default=True)

    class Meta:
        managed = False
        db_table = "bench_plainrow"

    def __str__(self) -> str:
        return f"plain row {self.pk}"
