#!/usr/bin/env python3
"""The ten kinds of rules of benches/made/rules.rs in plain Python, over the same listings.

usage: rules.py LISTINGS.jsonl NOTICES.jsonl ROUNDS

Each line of the first holds a listing (as `judge_rules` writes it): its fields as scripts see them, its folded text, and the term
lists that occur in it, so that both sides begin where the text has been made ready. The second holds the recall notices. Prints the seconds of CPU a round takes (median) and
how many checks ran and what they said.
"""
import json
import re
import statistics
import sys
import time

GROUPS = ["children", "appliance", "electrical", "building", "farm", "auto", "food", "cosmetics", "fashion", "electronics"]
BLANK = {"", "暂无", "无", "-", "n/a", "not provided", "none"}


def word_at_border(text, word):
    """A Latin word counts whole, a Chinese one anywhere."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        before = at > 0 and text[at - 1].isascii() and text[at - 1].isalnum() and word[0].isascii()
        after = end < len(text) and text[end].isascii() and text[end].isalnum() and word[-1].isascii()
        if not before and not after:
            return True
        at = text.find(word, at + 1)
    return False


def mentions(item, words):
    return any(word_at_border(text, word) for word in words for text in item["texts"])


def title_mentions(item, listed):
    return listed in item["title_lists"]


def left_empty(item, names):
    rows = [value for name, value in item["rows"] if name in names]
    return bool(rows) and all(value in BLANK for value in rows)


UNITS = re.compile(r"[a-z0-9]+|[^\W\da-z_]")
MODEL_LABELS = ("model", "型号", "货号", "part number", "item number", "mpn", "style", "product number", "规格")
GRAMS, STARTS = {}, set()


def take_notices(lines):
    """Brands and models by their letters alone, and the first units of them."""
    for line in lines:
        notice = json.loads(line)
        for kind, names in (("brand", notice.get("brands", [])), ("model", notice.get("models", []))):
            for name in names:
                units = UNITS.findall(name.lower())
                STARTS.add(units[0])
                GRAMS.setdefault("".join(units), []).append((kind, notice))


def recalls(item):
    """Notices of which a listing names brand and model."""
    texts = [item["folded"][name] for name in ("brand", "model", "mpn", "title", "description")]
    texts += [value for name, value in item["rows"] if any(label in name for label in MODEL_LABELS)]
    brands, models = {}, {}
    for text in texts:
        units = UNITS.findall(text)
        if STARTS.isdisjoint(units):
            continue
        for at, unit in enumerate(units):
            if unit not in STARTS:
                continue
            gram = ""
            for part in units[at : at + 8]:
                gram += part
                for kind, notice in GRAMS.get(gram, ()):
                    (brands if kind == "brand" else models)[notice["id"]] = notice
    return [{"tier": "strong", "title": brands[number]["title"]} for number in models if number in brands]


def floor_price(item, p):
    if item["currency"] != "CNY":
        return ("unsure", "the limit is in yuan")
    if item["price"] >= p["least"]:
        return ("pass", "")
    return ("flag", "only %s yuan" % item["price"])


def remainders(item, p):
    if title_mentions(item, "second-hand"):
        return ("pass", "used goods")
    if mentions(item, ["原厂尾单", "外贸库存", "remaindered stock"]):
        return ("flag", "sold as remainders")
    return ("pass", "")


def no_number(item, p):
    kind = item["goods"]
    if kind is None or not kind["ccc"]:
        return ("pass", "no certificate is needed")
    if item["ccc"]:
        return ("pass", "a number is shown")
    if not item["ccc_left_empty"]:
        return ("unsure", "no place for a number was seen")
    return ("flag", "no certificate number")


def cheap(item, p, usual_prices={}):
    if item["condition"] == "UsedCondition":
        return ("pass", "used")
    usual = usual_prices.get((item["brand"].lower(), item["class"], item["currency"]))
    if usual is None:
        return ("unsure", "no usual price")
    ratio = item["price"] / usual
    if ratio >= p["ratio"]:
        return ("pass", "")
    return ("flag", "%.0f%% of the usual price" % (ratio * 100))


def unlisted(item, p, lists={}):
    listed = lists.get(item["brand"].lower())
    if listed is None:
        return ("unsure", "no list for this brand")
    if item["seller"] in listed:
        return ("pass", "on the list")
    return ("flag", "not on the list")


def recalled(item, p):
    for recall in recalls(item):
        if recall["tier"] != "candidate":
            return ("flag", "recalled: " + recall["title"])
    return ("pass", "no notice fits")


def no_maker(item, p):
    if item["manufacturer"] is not None:
        return ("pass", "the maker is named")
    if left_empty(item, ("厂名", "生产企业", "manufacturer")):
        return ("flag", "the maker's row is empty")
    if "attributes" not in item["observed"]:
        return ("unsure", "the table was not read")
    return ("pass", "no row for it")


def year(item, p):
    for code in item["ccc"]:
        if code["year"] is not None and (code["year"] < p["first"] or code["year"] > p["last"]):
            return ("flag", "number %s is of %s" % (code["raw"], code["year"]))
    return ("pass", "")


def power(item, p):
    found = next((value for name, value in item["rows"] if name in ("功率", "power") and value not in BLANK), None)
    if found is None:
        return ("unsure", "no power is named")
    if item["rating"] < p["least"] and found.startswith("9"):
        return ("flag", "a badly rated shop sells " + found)
    return ("pass", "")


def called(item, p):
    if mentions(item, ["影视道具", "movie prop"]):
        return ("pass", "a prop")
    if "replica" not in item["lists"]:
        return ("pass", "only ways out of the platform")
    return ("flag", "called a replica")


KINDS = [
    (floor_price, ["price"], None), (remainders, ["title"], None), (no_number, [], None), (cheap, ["brand", "price"], None),
    (unlisted, ["brand"], None), (recalled, ["title"], None), (no_maker, [], None), (year, [], None),
    (power, ["rating"], None), (called, [], ("replica", "diversion")),
]


def rules():
    for number in range(100):
        check, has, lists = KINDS[number % 10]
        p = {"least": 3.2 if check is power else number + 10.0, "ratio": 0.3, "first": 2002, "last": 2026}
        yield GROUPS[number // 10] + "/", has, lists, check, p


def judge(items, all_rules):
    said = {"flag": 0, "pass": 0, "unsure": 0}
    ran = 0
    for item in items:
        goods = item["class"]
        for group, has, lists, check, p in all_rules:
            if goods is None or not goods.startswith(group):
                continue
            if any(item[field] is None for field in has):
                continue
            if lists is not None and not any(name in item["lists"] for name in lists):
                continue
            ran += 1
            said[check(item, p)[0]] += 1
    return ran, said


def main():
    items = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    for item in items:
        item["lists"], item["title_lists"] = set(item["lists"]), set(item["title_lists"])
    with open(sys.argv[2], encoding="utf-8") as notices:
        next(notices)
        take_notices(notices)
    all_rules = list(rules())
    times = []
    for _ in range(int(sys.argv[3])):
        start = time.thread_time()
        ran, said = judge(items, all_rules)
        times.append(time.thread_time() - start)
    print(json.dumps({"seconds": statistics.median(times), "ran": ran, **said}))


if __name__ == "__main__":
    main()
