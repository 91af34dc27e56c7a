"""Forms as every page shows them, and forms that count only once however often they are sent."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates as Engine
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

TOKEN_LENGTH = 32


class AccessibleField(forms.BoundField):
    """A field whose widget carries the classes of the style sheet; Django ties help and errors to it."""

    @property
    def is_box(self) -> bool:
        """Whether this is a single box to tick, which stands before its label."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Django's attributes and the class of the kind of widget."""
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if not widget.is_hidden:
            own = widget.attrs.get("class", "")
            built["class"] = f"{own} {_class_of(widget)}".strip()
            if self.errors:
                built["class"] += " is-invalid"
        return built


def _class_of(widget: forms.Widget) -> str:
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


class Renderer(DjangoTemplates):
    """Prints ``{{ form }}`` with a summary of its errors, and every field tied to its help and error."""

    form_template_name = "ui/forms/form.html"
    formset_template_name = "ui/forms/formset.html"
    field_template_name = "ui/forms/field.html"
    bound_field_class = AccessibleField

    @cached_property
    def engine(self) -> Engine:
        """Django's engine for forms, which also knows the filters and tags of the pages."""
        own = ["django.templatetags.i18n", "django.templatetags.static", "asah.portal.ui.templatetags.ui"]
        return Engine(
            {
                "APP_DIRS": True,
                "DIRS": [Path(forms.__file__).parent / "templates"],
                "NAME": "asahforms",
                "OPTIONS": {"builtins": own},
            }
        )

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Django's own, but for selects: those of units and programmes have hundreds of options."""
        if template_name == forms.Select.template_name:
            return draw_select(context["widget"])
        return super().render(template_name, context, request)


def draw_select(widget: dict[str, Any]) -> SafeString:
    """A select as one text. A template for each option takes twenty times as long."""
    groups = []
    for group, options, _index in widget["optgroups"]:
        drawn = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((option["value"], flatatt(option["attrs"]), option["label"]) for option in options),
        )
        groups.append(format_html('<optgroup label="{}">{}</optgroup>', group, drawn) if group else drawn)
    attributes = flatatt({"name": widget["name"], **widget["attrs"]})
    return format_html("<select{}>{}</select>", attributes, mark_safe("\n".join(groups)))


class OnceForm(forms.Form):
    """A form with a hidden random token, by which ``once.submit_once`` knows the same form sent again.

    Beside a model form: ``class ProposalForm(OnceForm, forms.ModelForm)``.
    """

    once = forms.CharField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}),
        max_length=TOKEN_LENGTH * 2,
        error_messages={
            "required": _("The form came without its mark. Open the page again, and send it from there.")
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["once"].initial = secrets.token_urlsafe(TOKEN_LENGTH)

    @property
    def token(self) -> str:
        """The mark of this one form; only after it was found valid."""
        return str(self.cleaned_data["once"])
