"""Forms that were opened before somebody else saved the same thing: nobody writes over them unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models, transaction
from django.http import Http404, HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from asah.portal.ui.formats import ABSENT

DIGITS = 16


@contextmanager
def held(request: HttpRequest, row: models.Model) -> Iterator[None]:
    """While a form is checked and saved within this nobody else saves the row; it is read anew for it.

    What only shows the form holds nothing. Ask for the row and for permission before, since a refusal is
    written into the audit, and would be taken back with the transaction::

        person = get_visible(request, Person, pk=number)
        with held(request, person):
            form = PersonForm(request.POST or None, instance=person)
            if request.method == "POST" and form.is_valid():
                ...
    """
    if request.method != "POST":
        yield
        return
    with transaction.atomic():
        if not type(row)._base_manager.select_for_update().filter(pk=row.pk):
            raise Http404
        row.refresh_from_db()
        yield


class _Mark(forms.CharField):
    """What the form was opened with is never something that its sender changed."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class StaleForm(forms.Form):
    """A form that carries what stood in its fields when it was opened, and is refused where that changed.

    Put it before the form it makes safe; ``{{ form }}`` prints the hidden mark, and nothing else is to do::

        class PersonForm(StaleForm, forms.ModelForm[Person]): ...
        class ProposalForm(StaleForm, OnceForm, forms.ModelForm[Proposal]): ...

    It works with ``instance`` as with ``initial``, as long as they are read anew for every request. Where a
    field changed meanwhile and what was sent would write over it, the form is not valid: it names these
    fields with what stands there now, keeps the input, and takes the mark of now, so that sending it again
    is a decision. What is sent as it stands already is no conflict, so a double click is none.

    To be safe from two who save within the same moment, check the form and save within ``held``; and save
    only the fields of ``changed_data`` (``save(update_fields=...)``), since others may change meanwhile too.
    A sending without the mark comes from no page and is not compared.
    """

    # Names of the fields in which somebody else was faster; known once the form was checked.
    changed_meanwhile: Sequence[str] = ()
    opened = _Mark(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked for when the page is printed: a form may add fields and what stands in them after this.
        self.fields["opened"].initial = self._mark

    def full_clean(self) -> None:
        """The form's own checks, then whether somebody else was faster."""
        super().full_clean()
        self.changed_meanwhile = self._overtaken() if self.is_bound else []
        if not self.changed_meanwhile:
            return
        sent: Any = self.data
        data = sent.copy()
        data[self.add_prefix("opened")] = self._mark()
        self.data = data
        told = "; ".join(f"{self[name].label}: {self._standing(name)}" for name in self.changed_meanwhile)
        self.add_error(
            NON_FIELD_ERRORS,
            _(
                "Somebody else changed this meanwhile, and nothing of yours was saved yet. Now stands there:"
                " %(fields)s. Compare it with your input, then save again or leave."
            )
            % {"fields": told},
        )

    def _overtaken(self) -> list[str]:
        sent = str(self["opened"].data or "")
        if not sent:
            return []
        opened = dict(part.split("=", 1) for part in sent.split() if "=" in part)
        now = self._digests()
        return [name for name, digest in now if opened.get(name) != digest and name in self.changed_data]

    def _mark(self) -> str:
        return " ".join(f"{name}={digest}" for name, digest in self._digests())

    def _digests(self) -> Iterable[tuple[str, str]]:
        for name, field in self.fields.items():
            if not field.widget.is_hidden and not field.disabled:
                value = field.prepare_value(self.get_initial_for_field(field, name))
                yield name, salted_hmac(__name__, _text(value)).hexdigest()[:DIGITS]

    def _standing(self, name: str) -> str:
        """What stands in a field now, as people read it."""
        field = self.fields[name]
        value = field.prepare_value(self.get_initial_for_field(field, name))
        wanted = {str(each) for each in value} if isinstance(value, (list, tuple, set)) else {_text(value)}
        options = getattr(field, "choices", ())
        named = [str(label) for key, label in options if key and str(key) in wanted]
        return ", ".join(named) or _text(value) or ABSENT


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple, set)):
        return " ".join(sorted(map(str, value)))
    return "" if value is None else str(value)
