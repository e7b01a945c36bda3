"""Sentences that the framework says in our name, and that its own Bulgarian leaves in English or
says as no colleague would: our catalogue words them anew. Nothing else is done with them."""

from django.utils.translation import gettext_noop as _

SENTENCES = (
    _("Must be a valid UUID."),
    _("Must be a valid boolean."),
    _("Not a valid string."),
    _("Authentication credentials were not provided."),
    _("Incorrect authentication credentials."),
    _("Invalid token."),
    _("The submitted file is empty."),
    _("The submitted data was not a file. Check the encoding type on the form."),
    _('"{input}" is not a valid choice.'),
    _('Expected a list of items but got type "{input_type}".'),
    _('Expected a dictionary of items but got type "{input_type}".'),
    _("Invalid data. Expected a dictionary, but got {datatype}."),
    _("Ensure this field has at least {min_length} elements."),
    _("Ensure this field has no more than {max_length} elements."),
    _("Time has wrong format. Use one of these formats instead: {format}."),
    _("Date has wrong format. Use one of these formats instead: {format}."),
    _("Datetime has wrong format. Use one of these formats instead: {format}."),
    _("Duration has wrong format. Use one of these formats instead: {format}."),
    _('Method "{method}" not allowed.'),
    _('Unsupported media type "{media_type}" in request.'),
)
