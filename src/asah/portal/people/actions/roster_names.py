"""Names and the degrees that offices write into them."""

from __future__ import annotations

import re
from typing import Final

_FRONT: Final = frozenset({"prof", "dr", "drg", "drh", "drs", "dra", "ir", "ns", "apt", "bdn"})
# Without their dots and in small letters.
_LISTED: Final = """
    sag sap sars sarsip sds se sei sfarm sgz sh shi shum shut si sik silk sip siptek skm skom sked
    skeb skep skel skg skh skp skpm sking slog smat sp spd spdaud spdi spdsd spdk spi spn spsi spt
    spwk sr ssi sst sstp ssos ssosi ssn stat stekom stp str sth stdi stt stipar strkeb strkep strgz
    strkes strip strak sthan stpi stptp st sthi su stmt stk sks sy ste sthum sesy sakun sak mag map
    mars mbiomed mbiotech mcs mcom mds me mec meng mepid mesy met mfarm mfis mgizi mh mhi mhkes mhum
    mhut mikom mip mist mkeb mkep mkes mkg mkm mkn mkom mling mm mma mmar mmat mms mmsi mmt mp mpa
    mpd mpdi mpdk mph mpp mpsi mpt mpub mpwk msc mse msi msip mskm msn msos mst mstat mt mtm mta mth
    mti mtp mtr mtrip mtrap mtrkeb ma mba mak msak mkp mps mppm mpm mtpd mb mtech llm mis mpol mdev
    amd amdkeb amdkep amdkg amdkes amdkl amdgz amdak amdft amdfis amdrad amdrmik amdfarm amdt amdtem
    amdkom amdip amdpk amdp amk amkg amkl amg ama amapd amapust amdli amdpn amf amr amt akp phd
    dphil edd dsc sthd dea ba bsc beng bba bec sc ners ns apt ak ca cpa cfra cgcae ifrma crma crmo
    qia ppa cipa ctl chrp crgp cies ppupd caap ifrp spa span spog spb spbs spm spp spjp sppd sptht
    spthtkl sprad sprm spr spkj spkk spks spu spot spok spkfr sppk sppa spgk spf spem spfk spparu
    spkg sporto spbm spkga spprost spperio sppros mked mkedklin mkesklin ipm ipu ipp aseaneng bkp
    psi psikolog
"""
_BACK: Final = frozenset(_LISTED.split())
_STUCK: Final = re.compile(r"(?<![A-Za-z.])((?:prof|dr|drg|drh|drs|dra|ir)\.)(?=[A-Za-z]{2})", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[^\s,]+")
# A degree that is not in the list is still told by its dots: S.Xyz., M.Tr.Abc
_DOTTED: Final = re.compile(r"[A-Z][A-Za-z]{0,5}\.(?:[ ]?[A-Za-z]{1,8}\.?)*", re.ASCII)


def split_degrees(text: str) -> tuple[str, str, str, bool]:
    """Degrees before the name, the name, degrees after it, and whether something after a comma is no degree.

    "Dr. Siti Aminah, S.Kom., M.T." -> ("Dr.", "Siti Aminah", "S.Kom., M.T.", False). Where something after a
    comma is no degree, the text stays as it is.
    """
    name, _, behind = " ".join(text.split()).partition(",")
    back = behind.strip(" ,")
    if back and not all(
        _is_degree(part, after_comma=True) for part in re.split(r"[,;/]", back) if part.strip()
    ):
        return "", " ".join(text.split()), "", True
    words = _STUCK.sub(r"\1 ", name).split()
    front = []
    # The name itself is at least one word.
    while len(words) > 1 and _is_front(words[0]):
        front.append(words.pop(0))
    trailing: list[str] = []
    while len(words) > 1 and _is_degree(words[-1], after_comma=False):
        trailing.insert(0, words.pop())
    degrees = ", ".join(part for part in (" ".join(trailing), back) if part)
    return " ".join(front), " ".join(words), degrees, False


def _is_front(word: str) -> bool:
    return all(part.lower() in _FRONT for part in word.split(".") if part) and any(map(str.isalpha, word))


def _is_degree(text: str, after_comma: bool) -> bool:
    """Whether ``text`` is one degree or several; without a comma before it only what has dots can be one."""
    if not after_comma:
        return "." in text.rstrip(".") and _plain(text) in _BACK
    if _plain(text) in _BACK:
        return True
    return all(_plain(word) in _BACK or _DOTTED.fullmatch(word) for word in _TOKEN.findall(text))


def _plain(text: str) -> str:
    return re.sub(r"[.\s()-]", "", text).lower()
