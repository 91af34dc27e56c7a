"""Lists that sort, filter, search and page with their state in the address, and export what they show.

```python
TABLE = Table(
    name="people",
    caption=_("People"),
    columns=[
        Column("name", _("Name"), value=lambda p: p.name, order=("name",), search=("name__icontains",)),
        Column("jp", _("JP"), value=lambda p: p.jp, kind="number", order=("jp",)),
    ],
    filters=[ChoiceFilter("employment", _("Employment"), field="employment", choices=Employment.choices)],
    empty=_("No people yet."),
)


def list_people(request):
    return TABLE.respond(request, Person.objects.all(), template="people/list.html")
```

The template prints it with ``{{ table }}``. Rows may also be a list of objects made in Python: then ``order``
and ``search`` of a column are functions of a row, or ``True`` for the value that is shown.
"""

from asah.portal.ui.tables.columns import Column
from asah.portal.ui.tables.filters import ChoiceFilter
from asah.portal.ui.tables.table import BoundTable, Table

__all__ = ["BoundTable", "ChoiceFilter", "Column", "Table"]
