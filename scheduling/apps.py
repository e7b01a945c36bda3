from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"

    def ready(self) -> None:
        from people.policies import NEED_TO_KNOW
        from people.selectors import FAMILIES_KNOWN
        from scheduling import receivers  # noqa: F401
        from scheduling.policies import families_worked_with, worked_lately_with

        NEED_TO_KNOW.append(worked_lately_with)
        FAMILIES_KNOWN.append(families_worked_with)
