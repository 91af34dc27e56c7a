from __future__ import annotations

import gzip
import hashlib
import json
import re

from asah.portal.ui.vendor import FILES, HERE, MANIFEST, SOURCE, VENDOR

MOST = 100_000


def test_the_copied_libraries_are_those_of_the_manifest() -> None:
    entries = json.loads(MANIFEST.read_text("utf-8"))
    assert [entry["file"] for entry in entries] == [here for _package, _path, here in FILES]
    for entry in entries:
        assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry[
            "file"
        ]
    assert {path.name for path in VENDOR.iterdir()} == {
        *(entry["file"] for entry in entries),
        MANIFEST.name,
        "README.md",
    }


def test_the_versions_are_those_of_the_lock_and_every_library_has_its_licence() -> None:
    lock = json.loads((SOURCE / "package-lock.json").read_text("utf-8"))["packages"]
    entries = json.loads(MANIFEST.read_text("utf-8"))
    for entry in entries:
        locked = lock[f"node_modules/{entry['package']}"]
        assert (entry["version"], entry["licence"]) == (locked["version"], locked["license"])
    packages = {entry["package"] for entry in entries}
    assert {entry["package"] for entry in entries if "LICENSE" in entry["file"]} == packages
    wanted = json.loads((SOURCE / "package.json").read_text("utf-8"))["dependencies"]
    assert wanted == {package: lock[f"node_modules/{package}"]["version"] for package in packages}


def test_the_lock_names_no_place_to_download_from() -> None:
    text = (SOURCE / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in text
    assert "registry" not in text
    assert "omit-lockfile-registry-resolved=true" in (SOURCE / ".npmrc").read_text("utf-8")


def test_no_style_or_script_points_outside() -> None:
    for path in [*VENDOR.glob("*.css"), *(HERE / "static" / "ui").iterdir()]:
        text = path.read_text("utf-8")
        assert "sourceMappingURL" not in text
        assert re.findall(r"url\((?!\"?data:)", text) == [], path.name
        assert "@import" not in text


def test_what_every_page_loads_leaves_room_for_the_page_within_the_limit() -> None:
    base = (HERE / "templates" / "ui" / "base.html").read_text("utf-8")
    loaded = [HERE / "static" / name for name in re.findall(r"\{% static '([^']+)' %\}", base)]
    assert len(loaded) > 3
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in loaded) < MOST * 0.6
