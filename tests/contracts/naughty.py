"""Texts that programs stumble over, in the manner of the Big List of Naughty Strings."""

WORDS = (
    # said of nothing
    *("", " ", "null", "None", "undefined", "NaN", "nil", "true", "FALSE", "[]", "{}", "()", "\\", "\\\\", "."),
    # numbers, or nearly
    *("0", "-1", "1.5", "1e9", "1/0", "-0", "0x7f", "007", "1,5", ",", ",,", "1_000", "+1", "Infinity", "-Infinity"),
    *("9" * 12, "9" * 30, "-" + "9" * 30, str(2**31), str(2**63), "1" + "0" * 400, "1e400", "١٢٣", "１２３", "²"),
    # days and moments that are not, or hardly
    *("2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "-0001-01-01", "2026-W01-1"),
    *("2026-01-01T25:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-06-31T00:00:00Z"),
    # signs that mean something to somebody
    *("'", '"', "''", "`", "%", "_", "%%s", "%(x)s", "{0}", "{{7*7}}", "${7*7}", "$(id)", "; ls", "| id", "--", "/*"),
    *(
        "' OR 1=1 --",
        "1; DROP TABLE wagtailcore_page",
        '") OR ("1"="1',
        "a:b",
        'a AND "',
        "NEAR(a b)",
        "a*",
        "^a",
        "-a",
    ),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "&lt;b&gt;", "]]>", "<!--"),
    *("../../etc/passwd", "/fr/../../", "//example.org/", "http://example.org", "?a=b&c=d", "#x", "file:///etc/hosts"),
    # other writings, and marks that change how writing looks
    *(
        "é",
        "é",
        "ß",
        "İ",
        "ﬁ",
        "北京",
        "안녕",
        "😀",
        "👩‍👩‍👧",
        "🇫🇷",
        "שלום",
        "مرحبا",
        "\u202egnirts",
        "\ufeffx",
        "\u200b",
    ),
    *("\u2028", "\ufffd", "\uffff", "\U0010ffff", "a" + "\u0301" * 200),
    # what no text should hold, and too much of it
    *("\0", "a\0b", "\r\nSet-Cookie: a=b", "\t", "\x1b[31m", "\x7f", "x" * 500, "x" * 501, "x" * 10_000),
    # of selections
    *("*", "_", "-", "-*", "a(", "a)", "()", "a()", "(" * 300, "title(" * 5 + ")" * 5, "title(a)", "*,title", "_,_,_"),
    *("title(title(title(title(title))))", "body(" * 60, ",".join(["title"] * 60), "-title,title", "meta(type)"),
)

RAW = ("%", "%zz", "%ff", "%c3", "%c3%28", "%ed%a0%80", "%00", "%2500", "+", "&", "=", ";", "%f0%28%8c%bc")
"""Of addresses, as they are written: broken escapes and broken UTF-8 among them."""
