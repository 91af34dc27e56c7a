"""The nine boxes for development in words: a name, and what each means for development."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
# Performance (0 below, 1 as, 2 above what is expected) and fit to the post (0 low, 1 middle, 2 high).
BOXES: dict[tuple[int, int], tuple[Words, Words]] = {
    (0, 2): (
        _("Not a training need"),
        _("Able, but performing below expectation. No course follows: look at tools, process, motivation."),
    ),
    (1, 2): (_("Ready for more"), _("Keep it up; prepare for the next post by assignments.")),
    (2, 2): (_("Can teach others"), _("Ask to coach or mentor colleagues; prepare for the next post.")),
    (0, 1): (
        _("Coach at work"),
        _("A small gap with low performance: coaching and guidance at the workplace on that gap."),
    ),
    (1, 1): (
        _("Learn on the job"),
        _("A small gap: mentoring, self-directed learning, a community of practice."),
    ),
    (2, 1): (
        _("Round off"),
        _("Performs well with a small gap: a short course or e-learning, or self-directed learning."),
    ),
    (0, 0): (
        _("Train first"),
        _("A large gap that shows in the work: training, with coaching after it. These people come first."),
    ),
    (1, 0): (_("Train"), _("A large gap that does not yet show in the work: training.")),
    (2, 0): (
        _("Check the standard"),
        _("Performs well in spite of a large gap: look at the standard and the ratings before training."),
    ),
}


def box_name(box: tuple[int, int]) -> str:
    return str(BOXES[box][0])
