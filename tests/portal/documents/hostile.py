"""Texts that somebody will type one day."""

from __future__ import annotations

HOSTILE = {
    "typst": '#panic("x") $ x *b* _i_ <l> @r // \\ `c` #{1+1} ] } )',
    "xml": "<w:t>&amp;</w:t> ]]> <!-- \"'",
    "controls": "a\x00b\x01c\x1bd\x7fe\x9ff\ufffeg\ud800h",
    "lines": "satu\r\ndua\rtiga\u2028empat\tlima",
    "long word": "x" * 3000,
    "long syllables": "pengembangan" * 60,
    "long text": "kata " * 3000,
    "right to left": "\u0627\u0644\u0633\u0644\u0627\u0645 \u05e9\u05dc\u05d5\u05dd \u202e000.1",
    "emoji": "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2611",
    "scripts": "\u0e44\u0e17\u0e22 \u6f22\u5b57 \u043a\u0438\u0440\u0438\u043b \ua984\ua9ae",
    "accents": "a\u0301\u0300\u0302 x\u20dd Z\u0351\u036b\u0343\u036a",
    "formula": '=HYPERLINK("x")',
    "at": "@SUM(1)",
    "excel escape": "_x0041_ _x000D_",
    "spaces": "   a    b   ",
    "braces": "{page} {0} %s %(x)s {{",
    "codes": "[U+1F600]",
}
