"""What the findings about a roster say: what is wrong, and how to mend it."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from asah.portal.people.actions.roster_rows import Finding

_LEFT_OUT: Final = _("The cell is left out, the rest of the row is taken. Mend it and send the sheet again.")
_NOTHING: Final = _("If this is right, nothing needs to be done.")

MESSAGES: Final[dict[str, tuple[Any, Any]]] = {
    "ragged_row": (
        _("The row has more cells than the header; its cells may stand in the wrong columns."),
        _("Put texts that hold the delimiter, such as degrees, in quotation marks, or send .xlsx."),
    ),
    "blank_required": (
        _("%(field)s is blank."),
        _("Fill it in: nobody new can be taken without it."),
    ),
    "nip_scientific": (
        _("The spreadsheet shows the NIP as a power of ten; its last digits are lost."),
        _("Set the column to Text and enter the NIP again, or take it from SIASN as text."),
    ),
    "nip_digits_lost": (
        _("The NIP ends in 000, which no NIP does: a spreadsheet keeps 15 digits and writes zeros."),
        _("Set the column to Text and enter the NIP again, or take it from SIASN as text."),
    ),
    "nip_not_digits": (
        _("The NIP holds other signs than digits."),
        _("Write 18 digits and nothing else."),
    ),
    "nip_is_nik": (
        _("These are 16 digits, as of a NIK, not the 18 of a NIP."),
        _("Write the NIP. The number of the identity card must not be sent."),
    ),
    "nip_old": (
        _("These are the 9 digits of an old NIP."),
        _("Write the new NIP of 18 digits."),
    ),
    "nip_length": (
        ngettext_lazy(
            "The NIP has %(count)s digit instead of 18.",
            "The NIP has %(count)s digits instead of 18.",
            "count",
        ),
        _("Look it up in SIASN and write all 18 digits."),
    ),
    "nip_birth": (
        _("The NIP begins with %(digits)s, which is no date of birth."),
        _("Look it up in SIASN and write it again."),
    ),
    "nip_month": (
        _("Digits 13 and 14 of the NIP are %(digits)s, which is no month of appointment."),
        _("Mend the NIP, or the employment: PPPK have a code there."),
    ),
    "nip_sex": (
        _("Digit 15 of the NIP is %(digits)s; it can only be 1 or 2."),
        _("Look it up in SIASN and write it again."),
    ),
    "nip_future": (
        _("By the NIP the appointment is more than a year ahead (%(digits)s)."),
        _("Look it up in SIASN and write it again."),
    ),
    "nip_age": (
        _("By the NIP the age at appointment is %(age)s."),
        _("Look it up in SIASN and write it again."),
    ),
    "nip_twice": (
        _("The NIP also stands in row %(rows)s, with something different."),
        _("Keep the row that is right and delete the others."),
    ),
    "nip_repeated": (
        _("The row is the same as row %(row)s, which is taken."),
        _("Delete this row."),
    ),
    "perhaps_same_person": (
        _("Somebody of this name and date of birth has the NIP %(nip)s, perhaps from an earlier contract."),
        _("If it is the same person, give the other number a day of leaving: nobody is planned twice."),
    ),
    "perhaps_same_elsewhere": (
        _("Somebody of this name and date of birth is known in another office of the agency."),
        _("If it is the same person, ask the planner of the agency: nobody is planned twice."),
    ),
    "nip_elsewhere": (
        _("This NIP belongs to another office of the agency."),
        _("Ask the planner of the agency, who can transfer people, or leave the row out."),
    ),
    "employment_unknown": (
        _("This is no kind of employment that is planned for."),
        _("Write PNS, CPNS, PPPK or PPPK paruh waktu; leave out who is no civil servant."),
    ),
    "unit_ambiguous": (
        _("There are %(count)s units of this name (below: %(above)s)."),
        _("Add a column with the office (Unit induk) or the code of the unit."),
    ),
    "parent_ambiguous": (
        _("The unit is new, and there are several units of the name that it is said to belong to."),
        _("Make the unit in the list of units first, at its place, and send the sheet again."),
    ),
    "unit_elsewhere": (
        _("The code belongs to a unit outside the one whose people this sheet lists."),
        _("Mend the code. The planner of the agency can move people between offices."),
    ),
    "unit_code_taken": (
        _("A unit with this code stands elsewhere, below another one than the row says."),
        _("Mend the code or the office (Unit induk), or leave the code out."),
    ),
    "code_twice": (
        _("Row %(row)s gives this code to something else that is new."),
        _("Give each its own code, or leave the code out."),
    ),
    "unit_unknown": (
        _("There is no such unit."),
        _("Write the name as in the list of units, or let new units be made."),
    ),
    "too_long": (
        _("The text is longer than %(limit)s characters."),
        _("Shorten it and send the sheet again."),
    ),
    "name_comma": (
        _("What follows the comma is no degree that is known; the name was taken as it stands."),
        _("Put degrees into columns of their own: Gelar depan, Gelar belakang."),
    ),
    "sex_unknown": (_("This is neither L nor P."), _LEFT_OUT),
    "sex_differs": (
        _("The NIP says %(nip)s. What the column says is taken."),
        _("Look at both; a NIP is not issued again when it was wrong."),
    ),
    "birth_differs": (
        _("The NIP says %(nip)s."),
        _("Look at both; a NIP is not issued again when it was wrong."),
    ),
    "not_day": (_("This is no date that can be read."), _("Write it as 31-12-2026. The cell is left out.")),
    "day_month_first": (
        _("The month seems to stand before the day; other dates of the column may be misread."),
        _("Write the column as 31-12-2026, day first. The cell is left out."),
    ),
    "day_out_of_range": (_("The year cannot be right."), _LEFT_OUT),
    "golongan_unknown": (
        _("This is no grade."),
        _("Write it as III/c (PNS) or IX (PPPK). The cell is left out."),
    ),
    "golongan_of_others": (
        _("This grade does not belong to the kind of employment."),
        _("PNS have I/a to IV/e, PPPK I to XVII. Mend one of the two; the cell is left out."),
    ),
    "kind_unknown": (
        _("This is no kind of post."),
        _("Write jpt, administrator, pengawas, pelaksana or fungsional. The cell is left out."),
    ),
    "kind_needs_eselon": (
        _("Structural alone does not tell which kind of post it is."),
        _("Add a column Eselon, or write jpt, administrator or pengawas. The cell is left out."),
    ),
    "post_differs": (
        _("The post %(post)s is known as %(known)s; that was kept."),
        _("Change it in the list of posts if the sheet is right."),
    ),
    "blank_position": (
        _("No post is given."),
        _("Fill it in: without a post there is no standard and no need can be found."),
    ),
    "not_email": (_("This is no address of email."), _LEFT_OUT),
    "supervisor_self": (
        _("Nobody supervises themselves."),
        _("Give the NIP of the superior. The cell is left out."),
    ),
    "supervisor_sender": (
        _("Nobody makes themselves the superior of others: who sends the sheet cannot be named here."),
        _("Have somebody else enter it. The cell is left out."),
    ),
    "supervisor_elsewhere": (
        _("The superior works neither in the unit of this sheet nor above it."),
        _("The planner of the agency can enter it. The cell is left out."),
    ),
    "supervisor_unknown": (
        _("Nobody in the sheet or the roster has this NIP."),
        _("Send the superior's row too, or look up the NIP. The cell is left out."),
    ),
    "cpns_differs": (
        _("The NIP says %(nip)s as the month of appointment."),
        _("Look at both and mend what is wrong."),
    ),
    "cpns_after_pns": (
        _("TMT CPNS is later than TMT PNS (%(pns)s)."),
        _("Look at both in SIASN and mend what is wrong."),
    ),
    "cpns_too_long": (
        _("Still CPNS after more than %(years)s years (since %(since)s)."),
        _("Bring the employment up to date, or see to basic training (Latsar) at once."),
    ),
    "retired": (
        _("The last day of service was %(day)s."),
        _("Give a day of leaving, or mend the date."),
    ),
    "past_retirement_age": (
        _("The retirement age of %(age)s was passed; the last day of service would have been %(day)s."),
        _("Give a day of leaving, or the right post or last day of service."),
    ),
    "new_unit": (
        ngettext_lazy(
            "A new unit will be made, for %(count)s person.",
            "A new unit will be made, for %(count)s people.",
            "count",
        ),
        _("If it is a known one, write its name as in the list of units."),
    ),
    "new_unit_similar": (
        ngettext_lazy(
            "A new unit will be made, for %(count)s person; there is already %(similar)s.",
            "A new unit will be made, for %(count)s people; there is already %(similar)s.",
            "count",
        ),
        _("If it is that one, write its name as in the list of units."),
    ),
    "first_units": (
        ngettext_lazy(
            "%(count)s unit will be made: %(names)s.", "%(count)s units will be made: %(names)s.", "count"
        ),
        _NOTHING,
    ),
    "new_positions": (
        ngettext_lazy(
            "%(count)s post will be made: %(names)s.", "%(count)s posts will be made: %(names)s.", "count"
        ),
        _NOTHING,
    ),
    "new_places": (
        ngettext_lazy(
            "%(count)s place will be made: %(names)s.", "%(count)s places will be made: %(names)s.", "count"
        ),
        _NOTHING,
    ),
    "posts_filled": (
        ngettext_lazy(
            "%(count)s post gets its kind or rung from this sheet: %(names)s.",
            "%(count)s posts get their kind or rung from this sheet: %(names)s.",
            "count",
        ),
        _NOTHING,
    ),
    "posts_not_filled": (
        ngettext_lazy(
            "The sheet tells kind or rung of %(count)s post where none is known: %(names)s.",
            "The sheet tells kind or rung of %(count)s posts where none is known: %(names)s.",
            "count",
        ),
        _("All offices share posts: the planner of the agency can enter it. People are taken as they are."),
    ),
    "places_filled": (
        ngettext_lazy(
            "%(count)s place gets its island or district from this sheet: %(names)s.",
            "%(count)s places get their island or district from this sheet: %(names)s.",
            "count",
        ),
        _NOTHING,
    ),
    "places_not_filled": (
        ngettext_lazy(
            "The sheet tells the island or district of %(count)s place where none is known: %(names)s.",
            "The sheet tells the island or district of %(count)s places where none is known: %(names)s.",
            "count",
        ),
        _("All offices share places: the planner of the agency can enter it. People are taken as they are."),
    ),
    "undo_protected": (
        ngettext_lazy(
            "It was not undone: %(count)s row of ratings or plans stands upon people of this sheet.",
            "It was not undone: %(count)s rows of ratings or plans stand upon people of this sheet.",
            "count",
        ),
        _("Give those who should not be planned for a day of leaving instead."),
    ),
    "changed_since": (
        _("This was changed by hand after the sheet was written, and stays as it is."),
        _("Look at the person. What should be undone too is changed there."),
    ),
    "person_stays": (
        _("This person came with the sheet and was changed by hand or needed since, and stays."),
        _("Look at the person. Give a day of leaving if they should not be planned for."),
    ),
}


def explain(finding: Finding) -> tuple[str, str]:
    """What is wrong and how to mend it, in the language in use."""
    return explain_code(finding.code, finding.params)


def explain_code(code: str, params: object) -> tuple[str, str]:
    """The same for a finding that was stored: its code and its parameters."""
    what, remedy = MESSAGES[code]
    return str(what % params), str(remedy % params)
