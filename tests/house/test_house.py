"""The house tests itself: what no single module can promise."""

from __future__ import annotations

import os
import re
import shutil
import string
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

TOP = Path(__file__).resolve().parents[2]
ENGINE = TOP / "src" / "asah" / "engine"
PORTAL = TOP / "src" / "asah" / "portal"


def files(*suffixes: str, below: Path = TOP) -> list[Path]:
    """What git tracks or would track, so that build products and caches are never looked at."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", str(below)]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True)
    found = [TOP / name for name in done.stdout.split("\0") if name]
    return [path for path in found if path.is_file() and (not suffixes or path.suffix in suffixes)]


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(TOP).as_posix()


# ---- nothing of this machine, nothing unfinished


def test_locks_hold_hashes_and_no_address() -> None:
    locks = sorted((TOP / "requirements").glob("*.lock"))
    assert [lock.name for lock in locks] == ["engine.lock", "portal.lock", "test-engine.lock", "test.lock"]
    for lock in locks:
        packages = re.findall(r"^[a-z0-9._-]+==", text_of(lock), re.MULTILINE | re.IGNORECASE)
        assert len(packages) > 10
        assert text_of(lock).count("--hash=sha256:") >= len(packages)
        assert not re.search(r"://|^-|--(index|find|extra-index)| @ ", text_of(lock), re.MULTILINE)


def test_a_larger_lock_holds_everything_of_the_smaller() -> None:
    """`./asah test` and `./asah demo` install one lock and stamp those that it holds."""
    pinned = re.compile(r"^[a-z0-9._-]+==\S+", re.MULTILINE | re.IGNORECASE)
    engine, portal, test = (
        set(pinned.findall(text_of(TOP / "requirements" / f"{name}.lock")))
        for name in ("engine", "portal", "test")
    )
    assert engine < portal < test


def test_the_engine_is_tested_where_django_is_not_installed() -> None:
    names = set(
        re.findall(r"^([a-z0-9._-]+)==", text_of(TOP / "requirements" / "test-engine.lock"), re.MULTILINE)
    )
    assert "pytest" in names
    assert not {name for name in names if "django" in name}


def test_no_file_names_a_path_or_an_address_of_this_machine() -> None:
    own = {str(TOP), f"{Path.home()}/", sys.prefix, *_package_hosts()} - {"/", "//"}
    homes = re.compile(r"/home/[a-z]\w*/|/Users/\w+/|[A-Z]:\\\\?Users")
    found = [
        (name_of(path), word)
        for path in files()
        if path.suffix not in (".png", ".woff2", ".xlsx", ".otf", ".mo")
        for word in [*(word for word in own if word in text_of(path)), *homes.findall(text_of(path))]
        if path != Path(__file__)
    ]
    assert found == []


def _package_hosts() -> Iterator[str]:
    """Where this machine gets its packages from."""
    for name, value in os.environ.items():
        if name.startswith(("PIP_", "UV_")):
            for word in value.split():
                if host := urlsplit(word).hostname:
                    yield host


# The words are put together here, so that this file does not hold what it forbids.
LATER = ("TO" + "DO", "FIX" + "ME", "raise NotImplemented" + "Error")
SLACK = ("importor" + "skip", "mark." + "skip", "pytest." + "skip", "x" + "fail", "time." + "sleep")


def test_nothing_is_left_for_later_and_no_test_is_passed_over() -> None:
    later = re.compile(rf"\b({'|'.join(LATER)})\b")
    assert [name_of(path) for path in files(".py", ".toml", ".md") if later.search(text_of(path))] == []
    slack = [
        (name_of(path), word)
        for path in files(".py", below=TOP / "tests")
        for word in SLACK
        if word in text_of(path)
    ]
    assert slack == []


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils.py", "helpers.py", "common.py", "misc.py", "mixins.py"}
    assert [name_of(path) for path in files(".py") if path.name in drawers] == []


# ---- the import contract


def test_the_import_contract_catches_every_seeded_violation(tmp_path: Path) -> None:
    seeds = {
        "errors.py": "from asah.engine.tables import load",
        "rules/jp.py": "import asah.engine.simulate",
        "check/check.py": "from asah.engine.plan import make_plan",
        "needs/compute.py": "import asah.engine.simulate",
        "simulate/region.py": "import django",
    }
    seeds = {f"engine/{name}": line for name, line in seeds.items()} | {
        "portal/base/audit.py": "import asah.portal.ui",
        "portal/people/queries.py": "import asah.portal.people.views",
        "portal/ui/formats.py": "from asah.portal.people.models import Person",
        "portal/home/queries.py": "import asah.engine.rules",
    }
    shutil.copytree(ENGINE.parent, tmp_path / "src" / "asah", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TOP / ".importlinter", tmp_path)
    assert _contracts_broken(tmp_path) == ""
    for name, line in seeds.items():
        path = tmp_path / "src" / "asah" / name
        path.write_text(text_of(path) + f"\n{line}\n", "utf-8")
    for drawer in ("engine/drawer.py", "portal/cupboard.py"):
        (tmp_path / "src" / "asah" / drawer).write_text('"""On no floor."""\n', "utf-8")
    told = _contracts_broken(tmp_path)
    for name in seeds:
        module = "asah." + name.removesuffix(".py").replace("/", ".")
        assert re.search(rf"{re.escape(module)} ->", told), f"{name} went unnoticed:\n{told}"
    assert "drawer" in told
    assert "cupboard" in told


def _contracts_broken(folder: Path) -> str:
    """What lint-imports says of the copy; "" where everything is kept."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "200"}
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


# ---- words


def _texts() -> list[tuple[str, Any, Any]]:
    """Every pair of texts of the engine: where it stands, Indonesian, English.

    A pair is written as ``id = ..., en = ...`` or, in files of texts, as ``code = [Indonesian, English]``.
    """
    found = []
    for path in files(".toml", below=ENGINE):
        spoken = path.name in ("messages.toml", "texts.toml")
        stack: list[tuple[str, Any]] = [(name_of(path), tomllib.loads(text_of(path)))]
        while stack:
            place, entry = stack.pop()
            if isinstance(entry, dict) and isinstance(entry.get("en"), str | list):
                found.append((place, entry.get("id"), entry["en"]))
            elif isinstance(entry, dict) and spoken and isinstance(entry.get("id"), str | list):
                found.append((place, entry["id"], None))
            elif isinstance(entry, dict):
                stack += [(f"{place}:{key}", item) for key, item in entry.items()]
            elif isinstance(entry, list) and spoken:
                found.append((place, *entry) if len(entry) == 2 else (place, None, None))
            elif isinstance(entry, list):
                stack += [(f"{place}:{number}", item) for number, item in enumerate(entry)]
    return found


def test_everything_said_to_people_is_said_in_both_languages() -> None:
    texts = _texts()
    assert len(texts) > 200
    missing = [place for place, id_, en in texts if not id_ or not en or type(id_) is not type(en)]
    assert missing == []


def test_both_languages_tell_the_same_facts() -> None:
    unlike = [place for place, id_, en in _texts() if _facts(id_) != _facts(en)]
    assert unlike == []


def _facts(said: Any) -> list[list[str]]:
    sentences = said if isinstance(said, list) else [said]
    if not all(isinstance(sentence, str) for sentence in sentences):
        return []
    return [sorted({str(name) for _, name, _, _ in string.Formatter().parse(s) if name}) for s in sentences]


def test_every_word_of_the_glossary_is_a_name_in_the_code() -> None:
    code = "\n".join(text_of(path) for path in files(".py", ".toml", below=TOP / "src"))
    words = re.findall(r"^\| `([^`]+)` \|", text_of(TOP / "docs" / "glossary.md"), re.MULTILINE)
    assert len(words) > 50
    assert len(words) == len(set(words))
    assert [word for word in words if not re.search(rf"\b{re.escape(word)}\b", code)] == []


# ---- documents


def _links(page: Path) -> list[str]:
    prose = re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", prose)


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_no_link_between_pages_is_dead() -> None:
    dead = []
    for page in files(".md"):
        for link in _links(page):
            if "://" in link or link.startswith("mailto:"):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.exists() or (anchor and anchor not in _anchors(target)):
                dead.append(f"{name_of(page)}: {link}")
    assert dead == []


def test_every_page_can_be_reached_from_the_index() -> None:
    seen: set[Path] = set()
    ahead = [TOP / "docs" / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in seen and page.suffix == ".md" and page.exists():
            seen.add(page)
            ahead += [(page.parent / link.partition("#")[0]).resolve() for link in _links(page)]
    assert [name_of(page) for page in files(".md", below=TOP / "docs") if page not in seen] == []


def test_the_licence_is_the_one_that_is_declared() -> None:
    project = tomllib.loads(text_of(TOP / "pyproject.toml"))["project"]
    assert project["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0" in text_of(TOP / "LICENSE")


# ---- what the README says can be done


def _commands(page: Path) -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", text_of(page), re.DOTALL)
    lines = [line.partition("#")[0].split() for block in blocks for line in block.splitlines()]
    return [words[1:] for words in lines if words and words[0] == "./asah"]


# Their calls are read by the test runner and by Django.
PORTAL_VERBS = ("test", "serve", "manage")


def test_every_command_in_the_pages_is_a_call_the_program_understands() -> None:
    from asah.engine.cli.arguments import read_arguments

    commands = [(page, words) for page in files(".md") for words in _commands(page)]
    assert ["demo"] in [words for _, words in commands]
    for _, words in commands:
        if words[0] not in PORTAL_VERBS:
            assert read_arguments(words).verb == words[0]


def test_the_page_of_commands_names_every_verb_and_option() -> None:
    import argparse

    from asah.engine.cli.arguments import make_parser

    page = text_of(TOP / "docs" / "reference" / "commands.md")
    (verbs,) = (a for a in make_parser()._actions if isinstance(a, argparse._SubParsersAction))
    for name, verb in verbs.choices.items():
        (row,) = re.findall(rf"^\| `{name}\b(?! portal).*$", page, re.MULTILINE)
        options = {
            option for action in verb._actions for option in action.option_strings if option[:2] == "--"
        }
        assert {
            option for option in options - {"--help", "--lang", "--json"} if f"`{option}" not in row
        } == set()


def test_the_script_hands_over_to_the_program() -> None:
    done = subprocess.run([TOP / "asah", "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"asah \d+\.\d+\.\d+", done.stdout.strip())


def test_the_demo_does_the_main_job(tmp_path: Path) -> None:
    """The README's first command, with fewer people and less time, up to where the portal would be served."""
    words = ["demo", "--people", "120", "--seconds", "5", "--out", str(tmp_path / "demo"), "--no-serve"]
    told = ("ASAH_DATA", "ASAH_SECRET_KEY", "ASAH_HOSTS", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    kept = {name: value for name, value in os.environ.items() if name not in told}
    done = subprocess.run(
        [TOP / "asah", *words],
        env={**kept, "ASAH_DATA": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    title, _, *rows = done.stdout.split("\n")
    assert title == "Rencana pengembangan kompetensi 2027: Merangin (data simulasi, 120 orang)"
    names = [row[: row.index("  ")] for row in rows[: rows.index("")]]
    assert names == [
        "Status",
        "Kesenjangan tertutup",
        "Celah terbukti",
        "Anggaran terpakai",
        "Orang",
        "Kelas dibuka",
        "Aturan sederhana terbaik",
        "Diperiksa ulang",
    ]
    assert re.search(r"Diperiksa ulang +lulus", done.stdout)
    (opened,) = re.findall(r"^Buka: (.+)$", done.stdout, re.MULTILINE)
    assert "<html" in text_of(Path(opened))
    assert "Portal: http://127.0.0.1:8000/" in done.stdout
    users = re.findall(r"^  ([a-z]+)-(mr|mu) +\S+$", done.stdout, re.MULTILINE)
    roles = [
        "planner",
        "operator",
        "supervisor",
        "asn",
        "facilitator",
        "head",
        "pyb",
        "ppk",
        "inspector",
        "administrator",
    ]
    assert users == [(role, region) for region in ("mr", "mu") for role in roles]
    assert (tmp_path / "var" / "asah.sqlite3").stat().st_size > 1_000_000


def test_the_scripts_are_sound_and_may_be_run() -> None:
    for name, shell in (("asah", "sh"), (".ci/run", "bash")):
        subprocess.run([shell, "-n", TOP / name], check=True)
        assert os.access(TOP / name, os.X_OK)


def test_every_setting_of_the_portal_is_in_the_page_of_settings() -> None:
    from asah.portal.config.environment import VARIABLES

    page = text_of(TOP / "docs" / "reference" / "settings.md")
    assert dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", page, re.MULTILINE)) == VARIABLES


# ---- what is installed


def test_an_installation_holds_both_halves_and_nothing_else() -> None:
    built = tomllib.loads(text_of(TOP / "pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert built == {"packages": ["src/asah"]}
    held = [path.relative_to(TOP / "src" / "asah") for path in files(below=TOP / "src")]
    assert {path.parts[0] for path in held} == {"__init__.py", "__main__.py", "demo.py", "engine", "portal"}
    in_engine = [path for path in held if path.parts[0] == "engine"]
    assert {path.suffix for path in in_engine} <= {".py", ".toml", ".css", ".js", ".json"}


def test_every_import_of_the_engine_is_a_declared_dependency() -> None:
    declared = tomllib.loads(text_of(TOP / "pyproject.toml"))["project"]["dependencies"]
    allowed = (
        {re.split(r"[<>=]", name)[0] for name in declared} | {"asah", "__future__"} | sys.stdlib_module_names
    )
    used = {
        (found[0] or found[1]).split(".")[0]: name_of(path)
        for path in files(".py", below=ENGINE)
        for found in re.findall(r"^\s*(?:from ([\w.]+) import |import ([\w.]+))", text_of(path), re.MULTILINE)
    }
    assert {module: place for module, place in used.items() if module not in allowed} == {}


@pytest.mark.parametrize(
    "name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"]
)
def test_the_front_pages_are_there(name: str) -> None:
    assert len(text_of(TOP / name)) > 500
