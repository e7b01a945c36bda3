from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from rooms import receivers  # noqa: F401
        from rooms.selectors import overstaying
        from scheduling.selectors import ON_SITE_BESIDES

        ON_SITE_BESIDES.append(overstaying)
