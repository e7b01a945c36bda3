from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from people.selectors import MATTERS
        from rooms import receivers  # noqa: F401
        from rooms.selectors import matters_of, overstaying
        from scheduling.selectors import ON_SITE_BESIDES

        ON_SITE_BESIDES.append(overstaying)
        MATTERS.append(matters_of)
