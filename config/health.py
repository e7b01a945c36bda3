"""`/healthz`: alive. `/readyz`: database, migrations and worker heartbeat."""

from datetime import timedelta

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

HEARTBEAT_WITHIN = timedelta(seconds=90)


@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """503 unless everything answers. An unreachable database is answered by the middleware."""
    checks = {"database": True, "migrations": migrated(), "worker": worker_beats()}
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def worker_beats() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - make_interval(secs => %s))",
            [HEARTBEAT_WITHIN.total_seconds()],
        )
        (beats,) = cursor.fetchone()
    return bool(beats)
