from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import receivers  # noqa: F401
        from notifications.selectors import told_since
        from scheduling.series.undoing import NOTICES_LEFT

        NOTICES_LEFT.append(told_since)
