from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"

    def ready(self) -> None:
        from people.policies import NEED_TO_KNOW
        from scheduling import receivers  # noqa: F401
        from scheduling.policies import worked_lately_with

        NEED_TO_KNOW.append(worked_lately_with)
