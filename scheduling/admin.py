"""Setting up: services, who gives them and when, closures."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from schedule.models import (
    Calendar,
    CalendarRelation,
    Event,
    EventRelation,
    Occurrence,
    Rule,
)

from scheduling.models import (
    Availability,
    AvailabilityException,
    Closure,
    Resource,
    Service,
)

# What series are made of is changed by our services alone: a rule or a start edited here would
# break every reading of it.
admin.site.unregister([Calendar, CalendarRelation, Event, EventRelation, Occurrence, Rule])


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):
    list_display = ("name", "centre", "duration", "buffer_after", "access", "is_offered")
    list_filter = ("centre", "access")
    search_fields = ("name",)
    exclude = ("entry_bases",)
    readonly_fields = ("our_defaults",)


class AvailabilityInline(admin.TabularInline):
    model = Availability
    extra = 0


class ExceptionInline(admin.TabularInline):
    model = AvailabilityException
    extra = 0


@admin.register(Resource)
class ResourceAdmin(admin.ModelAdmin):
    """Specialists, rooms and cars; a person served is nobody's to set up."""

    list_display = ("name", "kind", "centre", "seats", "is_active")
    list_filter = ("kind", "centre")
    search_fields = ("name",)
    fields = ("kind", "name", "centre", "user", "seats", "lanes", "services", "is_active")
    filter_horizontal = ("services",)
    inlines = (AvailabilityInline, ExceptionInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        return super().get_queryset(request).filter(person=None, resident=None)

    def has_delete_permission(self, request: HttpRequest, obj: Resource | None = None) -> bool:
        """A resource with a history is retired, never deleted."""
        return False


@admin.register(Closure)
class ClosureAdmin(admin.ModelAdmin):
    list_display = ("on", "name", "centre")
    list_filter = ("centre",)
