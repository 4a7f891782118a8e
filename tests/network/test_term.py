import asyncio

from lab.network import term
from lab.network.term import Term
from lab.tasks import spawn


async def test_term_lasts_until_it_ends() -> None:
    one = Term()
    assert one.acting
    assert await one.lasts(0)
    waiting = spawn(one.lasts(60), name="a wait")
    await asyncio.sleep(0)
    one.end()
    assert not await waiting
    assert not one.acting
    assert not await one.lasts(60)


async def test_term_that_begins_again_is_a_new_one() -> None:
    one = Term()
    waiting = spawn(one.over(), name="a wait")
    await asyncio.sleep(0)
    one.end()
    one.begin()
    await waiting  # who waited for the end has been told, though it acts again
    assert one.acting
    one.begin()
    again = spawn(one.over(), name="another wait")
    await asyncio.sleep(0)
    assert not again.done()
    one.end()
    await again


async def test_current_term_is_known_where_it_was_set_and_in_the_tasks_begun_there() -> None:
    async def found() -> Term | None:
        await asyncio.sleep(0)
        return term.current()

    one = Term()
    with term.of(one):
        assert term.current() is one
        begun = spawn(found(), name="a task")
    assert term.current() is None
    assert await begun is one


async def test_wait_without_a_term_takes_its_time_and_with_one_ends_with_it() -> None:
    assert await term.lasts(0)
    one = Term()
    with term.of(one):
        waiting = spawn(term.lasts(60), name="a wait")
    await asyncio.sleep(0)
    one.end()
    assert not await waiting
