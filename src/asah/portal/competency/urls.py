"""Addresses of the pages about competencies."""

from __future__ import annotations

from django.urls import path

from asah.portal.competency.views import bulk, framework, sheets, standards, versions

app_name = "competency"
urlpatterns = [
    path("", framework.show_framework, name="list"),
    path("adopt/", framework.adopt, name="adopt"),
    path("add/", framework.add_competency, name="add"),
    path("<int:number>/", framework.show_competency, name="competency"),
    path("<int:number>/edit/", framework.edit_competency, name="edit"),
    path("<int:number>/archive/", framework.archive_competency, name="archive"),
    path("<int:number>/restore/", framework.restore_competency, name="restore"),
    path("versions/", versions.list_versions, name="versions"),
    path("versions/new/", versions.start_draft, name="draft"),
    path("versions/<int:number>/", versions.show_version, name="version"),
    path("versions/<int:number>/edit/", versions.edit_version, name="edit_version"),
    path("versions/<int:number>/in-force/", versions.put_in_force, name="put_in_force"),
    path("versions/<int:number>/discard/", versions.discard_draft, name="discard"),
    path("versions/<int:number>/competencies/<int:competency>/", versions.edit_levels, name="levels"),
    path("posts/", standards.list_posts, name="posts"),
    path("posts/<int:number>/", standards.show_post, name="post"),
    path("posts/many/", bulk.edit_many, name="bulk"),
    path("posts/defaults/", standards.fill_defaults, name="defaults"),
    path("posts/import/", sheets.send_standards, name="import"),
    path("posts/import/<int:number>/", sheets.check_sheet, name="sheet"),
    path("posts/import/<int:number>/apply/", sheets.apply_sheet, name="apply"),
    path("posts/standards.xlsx", sheets.export_standards, name="export"),
]
