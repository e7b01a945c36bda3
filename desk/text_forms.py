"""What is asked about a centre's own texts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.fields import VersionField
from desk.forms import Form
from notifications.models import LONGEST_TEXT


class SeenForm(Form):
    """Of what the reader saw; 0 for a text that the centre never wrote."""

    version = VersionField(min_value=0)


class TextForm(SeenForm):
    text = forms.CharField(
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "true", "autocomplete": "off"}),
        label=_("Text"),
        error_messages={"required": _("Write the text, or take ours back.")},
    )
