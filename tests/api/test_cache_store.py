"""What a process keeps is bounded, and strangers cannot drive out what readers come back for."""

from cms.api.cache.answer import Answer
from cms.api.cache.store import MemoryStore


def answer(size: int = 8_000, status: str = "200 OK") -> Answer:
    return Answer(status, (), {"": b"x" * size}, until=1.0)


def test_it_never_holds_more_than_its_bytes():
    store = MemoryStore(200_000)
    for number in range(1_000):
        store.put(number, answer(number * 97 % 30_000))
        store.get(number * 31 % 500)
        assert store.size <= 200_000
    kept = [found for number in range(1_000) if (found := store.get(number))]
    assert store.size == sum(found.size for found in kept)
    assert len(store) == len(kept) > 5


def test_an_answer_takes_the_place_of_the_one_before():
    store = MemoryStore(100_000)
    store.put("a", answer(1_000))
    store.put("a", answer(2_000))
    assert (store.get("a").size, store.size, len(store)) == (4_000, 4_000, 1)
    store.put("a", answer(3_000))
    assert (store.get("a").size, store.size, len(store)) == (5_000, 5_000, 1)


def test_the_one_that_was_asked_for_longest_ago_goes_first():
    store = MemoryStore(100_000)
    for name in "abcdefghij":
        store.put(name, answer())
    store.get("a")
    store.put("k", answer())
    assert [name for name in "abcdefghijk" if store.get(name)] == list("acdefghijk")


def test_junk_cannot_drive_out_what_was_asked_for_twice():
    store = MemoryStore(200_000)
    for name in "abcd":
        store.put(name, answer())
        store.get(name)
    for number in range(10_000):
        store.put(number, answer())
    assert all(store.get(name) for name in "abcd")


def test_what_was_not_found_is_never_proven():
    store = MemoryStore(200_000)
    for number in range(100):
        store.put(number, answer(status="404 Not Found"))
        store.get(number)
    for number in range(100, 200):
        store.put(number, answer())
        store.get(number)
    assert not any(store.get(number) for number in range(100))


def test_what_is_too_large_is_not_kept_and_drives_nothing_out():
    store = MemoryStore(100_000)
    store.put("a", answer())
    store.put("huge", answer(20_000))
    assert store.get("huge") is None
    assert store.get("a")
