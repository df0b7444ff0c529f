"""Pulling from a publisher that misbehaves: the store and the cache only ever hold good data."""

from __future__ import annotations

import datetime as dt
import random

import httpx
import polars as pl
import pytest

from adapters.loopback import Reply, publishing
from alvh.adapters.errors import UserError
from alvh.adapters.pull import Manners, address, pull
from alvh.adapters.store import Store

NOW = dt.datetime(2024, 3, 8, 21, 0, tzinfo=dt.UTC)
SINCE = dt.date(2024, 1, 1)
PATH = (
    "/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv/2024/all"
    "?type=daily_treasury_yield_curve&field_tdr_date_value=2024&page&_format=csv"
)
HEADER = 'Date,"1 Mo","1.5 Month","3 Mo","10 Yr"\n'


def csv(days, value=5.0):
    """Build a year's file, newest day first as the Treasury prints it: four rows of canonical rates a day."""
    lines = [f"03/{day:02d}/2024,{value + day / 100:.2f},5.40,{value:.2f},4.10\n" for day in sorted(days, reverse=True)]
    return (HEADER + "".join(lines)).encode()


class Pulling:
    """One cache and one store, pulled into again and again."""

    def __init__(self, folder):
        self.cache, self.store = folder / "cache", Store(folder / "store")
        self.waits = []
        self.seen = []

    def __call__(self, publisher, source="treasury", *, timeout=2.0, now=NOW, since=SINCE, **manners):
        limits = Manners(**{"pause_s": 0.25, "attempts": 3, **manners})
        with httpx.Client(timeout=timeout, trust_env=False, follow_redirects=True) as client:
            return pull(
                source,
                self.store,
                base_url=publisher.url,
                since=since,
                cache_dir=self.cache,
                client=client,
                manners=limits,
                generator=random.Random(1),
                clock=lambda: now,
                sleep=self.waits.append,
                progress=lambda *told: self.seen.append(told),
            )

    @property
    def file(self):
        return self.cache / "treasury" / "par_yields_2024.csv"

    def leftovers(self):
        kept = {".csv", ".json"}
        return [p.name for p in self.cache.rglob("*") if p.is_file() and (".part" in p.name or p.suffix not in kept)]

    def ten_year(self):
        rows = self.store.read("rates", series="DGS10")
        return dict(zip(rows["date"], rows["value"], strict=True))


@pytest.fixture
def pulling(tmp_path):
    return Pulling(tmp_path)


def only(report):
    (item,) = report.items
    return item


def test_a_good_file_reaches_cache_and_store(pulling):
    with publishing({PATH: Reply(body=csv([6, 7]))}) as publisher:
        report = pulling(publisher)
    item = only(report)
    assert (item.status, item.attempts, item.rows, item.why) == ("downloaded", 1, 6, "")
    assert report.exit_status == 0
    assert report.added == 6  # two days of 1 Mo, 3 Mo and 10 Yr; 1.5 Month has no name of its own
    rows = pulling.store.read("rates")
    assert rows["series"].unique().sort().to_list() == ["DGS10", "DGS1MO", "DGS3MO"]
    assert rows.filter(pl.col("series") == "DGS1MO")["value"].to_list() == [5.06, 5.07]
    assert rows["source"].unique().to_list() == ["treasury.gov"]
    assert pulling.file.read_bytes() == csv([6, 7])
    assert pulling.leftovers() == []
    assert pulling.seen == [("par_yields_2024.csv", 0, 1), ("", 1, 1)]


def test_the_same_again_adds_nothing(pulling):
    with publishing({PATH: Reply(body=csv([6, 7]))}) as publisher:
        pulling(publisher)
        before = pulling.store.content_hash("rates")
        report = pulling(publisher)
    assert report.added == 0
    assert report.tables["rates"].report.already == 6
    assert pulling.store.content_hash("rates") == before


@pytest.mark.parametrize("version", [{"etag": '"v1"'}, {"modified": "Thu, 07 Mar 2024 22:00:00 GMT"}])
def test_a_version_we_have_is_not_sent_again(pulling, version):
    with publishing({PATH: Reply(body=csv([6, 7]), **version)}) as publisher:
        pulling(publisher)
        report = pulling(publisher)
    assert only(report).status == "unchanged"
    assert only(report).rows == 6
    asked = publisher.asked[1][1]
    assert asked.get("If-None-Match", asked.get("If-Modified-Since")) == next(iter(version.values()))


def test_a_cache_that_somebody_touched_is_fetched_anew(pulling):
    with publishing({PATH: Reply(body=csv([6, 7]), etag='"v1"')}) as publisher:
        pulling(publisher)
        pulling.file.write_bytes(b"scribble")
        report = pulling(publisher)
    assert only(report).status == "downloaded"
    assert "If-None-Match" not in publisher.asked[1][1]
    assert pulling.file.read_bytes() == csv([6, 7])


def test_an_unchanged_file_still_fills_an_empty_store(pulling, tmp_path):
    with publishing({PATH: Reply(body=csv([6, 7]), etag='"v1"')}) as publisher:
        pulling(publisher)
        pulling.store = Store(tmp_path / "another")
        report = pulling(publisher)
    assert only(report).status == "unchanged"
    assert report.added == 6


def test_500_then_200_succeeds_after_a_wait(pulling):
    with publishing({PATH: [Reply(500), Reply(503), Reply(body=csv([6]))]}) as publisher:
        report = pulling(publisher)
    assert (only(report).status, only(report).attempts) == ("downloaded", 3)
    first, second = pulling.waits
    assert 0.5 <= first <= 1.5
    assert 1.0 <= second <= 3.0
    generator = random.Random(1)
    assert pulling.waits == [generator.uniform(0.5, 1.5), 2 * generator.uniform(0.5, 1.5)]


def test_500_for_ever_is_a_listed_failure(pulling):
    with publishing({PATH: Reply(500)}) as publisher:
        report = pulling(publisher)
    assert only(report).status == "failed"
    assert only(report).why == "the publisher answers 500; gave up after 3 requests"
    assert report.exit_status == 1
    assert pulling.store.tables() == []


@pytest.mark.parametrize("asks", ["7", "Fri, 08 Mar 2024 21:00:07 GMT"])
def test_retry_after_is_honoured(pulling, asks):
    busy = Reply(429, headers={"Retry-After": asks})
    with publishing({PATH: [busy, Reply(body=csv([6]))]}) as publisher:
        report = pulling(publisher)
    assert only(report).status == "downloaded"
    assert pulling.waits == [7.0]


def test_a_publisher_that_asks_for_an_hour_is_left_alone(pulling):
    with publishing({PATH: Reply(503, headers={"Retry-After": "3600"})}) as publisher:
        report = pulling(publisher)
    assert only(report).why == "the publisher answers 503; it asks to wait 3600 s"
    assert only(report).attempts == 1
    assert pulling.waits == []


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_is_not_listed_is_a_skip(pulling, status):
    with publishing({PATH: Reply(status)}) as publisher:
        report = pulling(publisher)
    assert (only(report).status, only(report).attempts) == ("absent", 1)
    assert only(report).why == f"the publisher does not list it ({status})"
    # The only file of the source is not there: that is no success.
    assert report.exit_status == 1


def test_a_refusal_is_not_asked_again(pulling):
    with publishing({PATH: Reply(401)}) as publisher:
        report = pulling(publisher)
    assert (only(report).status, only(report).attempts) == ("failed", 1)


def test_a_body_cut_short_is_continued_where_it_broke_off(pulling):
    body = csv(range(1, 29))
    whole = Reply(body=body, etag='"v1"', ranges=True)
    with publishing({PATH: [Reply(body=body, etag='"v1"', cut=100), whole]}) as publisher:
        report = pulling(publisher)
    assert (only(report).status, only(report).attempts) == ("downloaded", 2)
    assert publisher.asked[1][1]["Range"] == "bytes=100-"
    assert publisher.asked[1][1]["If-Range"] == '"v1"'
    assert pulling.file.read_bytes() == body


def test_an_interrupted_pull_is_continued_by_the_next_one(pulling):
    body = csv(range(1, 29))
    cut = Reply(body=body, etag='"v1"', cut=150)
    with publishing({PATH: cut}) as publisher:
        report = pulling(publisher, attempts=1)
        assert only(report).status == "failed"
        assert pulling.store.tables() == []
        part = pulling.file.with_name(pulling.file.name + ".part")
        assert part.read_bytes() == body[:150]
        publisher.replies[PATH] = [Reply(body=body, etag='"v1"', ranges=True)]
        report = pulling(publisher)
    assert only(report).status == "downloaded"
    assert publisher.asked[-1][1]["Range"] == "bytes=150-"
    assert pulling.file.read_bytes() == body
    assert pulling.leftovers() == []


def test_a_part_that_was_complete_is_taken_as_it_is(pulling):
    body = csv([6, 7])
    with publishing({PATH: Reply(body=body, etag='"v1"', cut=10)}) as publisher:
        pulling(publisher, attempts=1)
        pulling.file.with_name(pulling.file.name + ".part").write_bytes(body)
        publisher.replies[PATH] = [Reply(body=body, etag='"v1"', ranges=True)]
        report = pulling(publisher)
    assert only(report).status == "downloaded"
    assert pulling.file.read_bytes() == body


def test_a_new_version_is_not_glued_to_the_part_of_the_old_one(pulling):
    old, new = csv(range(1, 20)), csv(range(1, 21), value=4.0)
    replies = [Reply(body=old, etag='"v1"', cut=100), Reply(body=new, etag='"v2"', ranges=True)]
    with publishing({PATH: replies}) as publisher:
        report = pulling(publisher)
    assert only(report).status == "downloaded"
    assert pulling.file.read_bytes() == new


def test_without_a_version_a_download_starts_over(pulling):
    body = csv(range(1, 29))
    with publishing({PATH: [Reply(body=body, cut=100), Reply(body=body)]}) as publisher:
        report = pulling(publisher)
    assert only(report).status == "downloaded"
    assert "Range" not in publisher.asked[1][1]


def test_a_body_that_is_always_cut_short_never_arrives(pulling):
    with publishing({PATH: Reply(body=csv([6, 7]), cut=20)}) as publisher:
        report = pulling(publisher)
    assert only(report).status == "failed"
    assert "gave up after 3 requests" in only(report).why
    assert not pulling.file.exists()
    assert pulling.store.tables() == []


BAD = {
    "a page by its type": Reply(body=b"<html>maintenance</html>", kind="text/html; charset=utf-8"),
    "a page under a false type": Reply(body=b"\n<!DOCTYPE html><html>maintenance</html>"),
    "another table": Reply(body=b"Symbol,Price\nA,1\n"),
    "nothing": Reply(body=b""),
    "a header alone": Reply(body=HEADER.encode()),
    "a word for a number": Reply(body=csv([6, 7, 8]).replace(b"4.10", b"four")),
    "an impossible date": Reply(body=csv([6, 7, 8]).replace(b"03/07", b"02/30")),
    "an impossible yield": Reply(body=csv([6, 7, 8]).replace(b"4.10", b"410")),
    "a line cut short": Reply(body=csv([6, 7, 8])[:-8]),
    "binary": Reply(body=b"\x00\x01" * 40),
    "days out of order": Reply(body=(HEADER + "".join(f"03/{d:02d}/2024,5,5,5,4.1\n" for d in (5, 7, 6, 4))).encode()),
    "fewer rows": Reply(body=csv([7])),
    "older rows": Reply(body=csv([4, 5])),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_bad_data_never_replaces_good(pulling, bad):
    with publishing({PATH: [Reply(body=csv([6, 7])), bad]}) as publisher:
        pulling(publisher)
        before = pulling.store.content_hash("rates")
        report = pulling(publisher)
    assert only(report).status == "failed"
    assert only(report).why
    assert only(report).rows == 6
    assert report.exit_status == 1
    assert pulling.file.read_bytes() == csv([6, 7])
    assert pulling.store.content_hash("rates") == before
    assert pulling.leftovers() == []


@pytest.mark.parametrize("bad", [reply for name, reply in BAD.items() if "rows" not in name])
def test_bad_data_never_enters_an_empty_store(pulling, bad):
    with publishing({PATH: bad}) as publisher:
        report = pulling(publisher)
    assert only(report).status == "failed"
    assert not pulling.file.exists()
    assert pulling.store.tables() == []


def test_the_reason_names_line_and_column(pulling):
    with publishing({PATH: BAD["a word for a number"]}) as publisher:
        why = only(pulling(publisher)).why
    assert "line 2" in why
    assert "'10 Yr'" in why
    assert "'four' is no number" in why


def test_a_refused_version_is_not_taken_for_ours(pulling):
    good, bad, better = csv([6, 7]), Reply(body=csv([7]), etag='"v2"'), Reply(body=csv([6, 7, 8]), etag='"v2"')
    with publishing({PATH: [Reply(body=good, etag='"v1"'), bad, better]}) as publisher:
        statuses = [only(pulling(publisher)).status for _ in range(3)]
    assert statuses == ["downloaded", "failed", "downloaded"]
    assert publisher.asked[2][1]["If-None-Match"] == '"v1"'


def test_a_slow_publisher_is_given_up_and_tried_again(pulling):
    with publishing({PATH: [Reply(body=csv([6]), wait_s=0.5), Reply(body=csv([6]))]}) as publisher:
        report = pulling(publisher, timeout=0.1)
    assert (only(report).status, only(report).attempts) == ("downloaded", 2)
    with publishing({PATH: Reply(body=csv([6]), wait_s=0.3)}) as publisher:
        late = Pulling(pulling.cache.parent / "late")
        report = late(publisher, timeout=0.05)
    assert "ReadTimeout" in only(report).why


def test_nobody_there(pulling):
    with publishing({}) as publisher:
        gone = publisher
    report = pulling(gone)
    assert only(report).status == "failed"
    assert "ConnectError" in only(report).why


def test_what_the_publisher_corrects_is_renewed(pulling):
    with publishing(
        {PATH: [Reply(body=csv([6, 7])), Reply(body=csv([6, 7, 8]).replace(b"4.10", b"4.20"))]}
    ) as publisher:
        pulling(publisher)
        report = pulling(publisher)
    merged = report.tables["rates"]
    # The two known days' ten-year yields were corrected; the third day is new.
    assert (merged.renewed, merged.report.added, merged.report.already, merged.report.conflicts) == (2, 3, 4, 0)
    assert set(pulling.ten_year().values()) == {4.2}


def test_rows_of_another_source_stay(pulling):
    day = dt.date(2024, 3, 6)
    pulling.store.merge(
        "rates", pl.DataFrame({"date": [day], "series": ["DGS10"], "value": [4.11], "source": ["FRED"]})
    )
    with publishing({PATH: Reply(body=csv([6, 7]))}) as publisher:
        report = pulling(publisher)
    merged = report.tables["rates"]
    assert (merged.renewed, merged.report.added, merged.report.conflicts) == (0, 5, 1)
    (conflict,) = merged.report.conflicting
    assert (conflict.kept, conflict.refused) == ({"value": 4.11}, {"value": 4.1})
    assert pulling.ten_year()[day] == 4.11


def test_since_keeps_older_rows_out(pulling):
    with publishing({PATH: Reply(body=csv([6, 7, 8]))}) as publisher:
        report = pulling(publisher, since=dt.date(2024, 3, 7))
    assert report.added == 6
    assert min(pulling.ten_year()) == dt.date(2024, 3, 7)


def yearly(year):
    return PATH.replace("2024", str(year))


def body_of(year):
    return csv([4, 5]).replace(b"2024", str(year).encode())


def test_the_others_go_on_when_one_fails(pulling):
    replies = {yearly(y): Reply(body=body_of(y)) for y in (2021, 2022, 2023, 2024)}
    replies[yearly(2022)] = Reply(500)
    replies[yearly(2023)] = Reply(404)
    with publishing(replies) as publisher:
        report = pulling(publisher, since=dt.date(2021, 1, 1), attempts=2)
    assert [item.status for item in report.items] == ["downloaded", "failed", "absent", "downloaded"]
    assert {d.year for d in pulling.ten_year()} == {2021, 2024}
    assert report.exit_status == 1
    assert len(report.of("downloaded")) == 2
    # A pause before every file but the first, and one wait before the second attempt at 2022.
    assert [wait for wait in pulling.waits if wait == 0.25] == [0.25] * 3
    assert len(pulling.waits) == 4


def test_a_year_that_is_over_is_not_asked_for_again(pulling):
    replies = {yearly(y): Reply(body=body_of(y)) for y in (2023, 2024)}
    with publishing(replies) as publisher:
        pulling(publisher, since=dt.date(2023, 1, 1))
        report = pulling(publisher, since=dt.date(2023, 1, 1))
    assert [item.status for item in report.items] == ["kept", "downloaded"]
    assert len(publisher.asked) == 3
    assert report.tables["rates"].report.already == 12


def test_a_year_fetched_before_it_was_over_is_asked_for(pulling):
    with publishing({yearly(2023): Reply(body=body_of(2023)), yearly(2024): Reply(body=body_of(2024))}) as publisher:
        pulling(publisher, since=dt.date(2023, 1, 1), now=dt.datetime(2023, 12, 1, tzinfo=dt.UTC))
        report = pulling(publisher, since=dt.date(2023, 1, 1))
    assert [item.status for item in report.items] == ["downloaded", "downloaded"]


def test_a_dead_publisher_is_not_asked_for_everything(pulling):
    with publishing({yearly(y): Reply(500) for y in range(2010, 2025)}) as publisher:
        report = pulling(publisher, since=dt.date(2010, 1, 1), attempts=1, give_up_after=3)
    assert len(publisher.asked) == 3
    assert len(report.of("failed")) == 15
    assert report.items[3].why == "not asked for: 3 files before it failed one after another"


def test_two_pulls_do_not_share_a_folder(pulling):
    lock = pulling.cache / "treasury" / ".lock"
    inside = []

    def other(*_told):
        inside.append(lock.exists())

    with publishing({PATH: Reply(body=csv([6]))}) as publisher, httpx.Client(trust_env=False) as client:
        pull(
            "treasury",
            pulling.store,
            base_url=publisher.url,
            since=SINCE,
            cache_dir=pulling.cache,
            client=client,
            clock=lambda: NOW,
            progress=other,
        )
    assert inside == [True, True]
    assert not lock.exists()


def test_every_request_is_polite(pulling):
    with publishing({PATH: Reply(body=csv([6]))}) as publisher:
        pulling(publisher)
    headers = publisher.asked[0][1]
    assert headers["Accept"].startswith("text/csv")
    assert headers["Accept-Encoding"] == "identity"


def test_where_the_address_comes_from():
    assert address("sofr", environ={}).base == "https://markets.newyorkfed.org"
    assert address("sofr", environ={"ALVH_SOFR_URL": "http://mirror/x/"}).base == "http://mirror/x"
    assert address("sofr", "http://named", {"ALVH_SOFR_URL": "http://mirror"}).base == "http://named"
    with pytest.raises(UserError, match="--base-url: 'ftp://x' is no address"):
        address("sofr", "ftp://x")
    with pytest.raises(UserError, match="ALVH_SOFR_URL: 'x' is no address"):
        address("sofr", environ={"ALVH_SOFR_URL": "x"})
    with pytest.raises(UserError, match="no source 'cbo'; did you mean 'cboe'"):
        address("cbo")
