"""What a client says that it has already."""

from django.http import HttpRequest


def etags_known(request: HttpRequest) -> set[str]:
    """The tags of If-None-Match, compared weakly (RFC 9110 13.1.2)."""
    given = request.headers.get("If-None-Match", "")
    return {tag.strip().removeprefix("W/") for tag in given.split(",")}
