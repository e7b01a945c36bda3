"""Setting up: centres, staff and their roles. Nobody who is served is shown here."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from people.models import Capacity, Centre, OpeningHours, Role, User


class OpeningHoursInline(admin.TabularInline):
    model = OpeningHours
    extra = 0


class CapacityInline(admin.TabularInline):
    model = Capacity
    extra = 0


@admin.register(Centre)
class CentreAdmin(admin.ModelAdmin):
    list_display = ("name", "municipality", "phone")
    inlines = (OpeningHoursInline, CapacityInline)


class RoleInline(admin.TabularInline):
    model = Role
    extra = 0


@admin.register(User)
class StaffAdmin(UserAdmin):
    list_display = ("username", "first_name", "last_name", "is_active")
    inlines = (RoleInline,)
