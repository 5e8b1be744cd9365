import asyncio


async def work(n):
    await asyncio.sleep(0)
    if n == 2:
        raise ValueError(n)
    return n


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            for n in range(3):
                group.create_task(work(n))
    except* ValueError as e:
        print([str(x) for x in e.exceptions])


asyncio.run(main())
