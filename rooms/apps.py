from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from people.policies import NEED_TO_KNOW
        from people.selectors import MATTERS
        from rooms import receivers  # noqa: F401
        from rooms.policies import shelters_family_of
        from rooms.selectors import matters_of, overstaying
        from scheduling.holdings import ON_SITE_BESIDES

        ON_SITE_BESIDES.append(overstaying)
        MATTERS.append(matters_of)
        NEED_TO_KNOW.append(shelters_family_of)
