"""`/healthz`: alive. `/readyz`: database, migrations and worker heartbeat."""

from datetime import timedelta

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from notifications import queue

HEARTBEAT_WITHIN = timedelta(seconds=90)


@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """503 unless everything answers. An unreachable database is answered by the middleware."""
    checks = {"database": True, "migrations": migrated(), "worker": worker_beats()}
    is_ready = all(checks.values())
    texts = texts_fare() if is_ready else None
    return JsonResponse(checks | {"texts": texts}, status=200 if is_ready else 503)


def texts_fare() -> dict[str, object]:
    """Told to whoever watches, and no reason to take the pages away: how many texts are late, what
    the last day's came to, and the sender's trouble if it has any."""
    health = queue.health()
    return {
        "late": health.late,
        "sent": health.sent,
        "failed": health.failed,
        "unknown": health.unknown,
        "sender": "trouble" if health.trouble else "paused" if health.paused_until else "well",
    }


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
