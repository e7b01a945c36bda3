from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    name = "workshops"

    def ready(self) -> None:
        from people.selectors import FAMILIES_KNOWN
        from scheduling.selectors import COMING_ALONG
        from workshops import receivers  # noqa: F401
        from workshops.selectors import families_in_her_groups, resources_along

        COMING_ALONG.append(resources_along)
        FAMILIES_KNOWN.append(families_in_her_groups)
