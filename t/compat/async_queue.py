import asyncio


async def main():
    q = asyncio.Queue()

    async def produce():
        for i in range(3):
            await q.put(i)
        await q.put(None)

    async def consume():
        while (item := await q.get()) is not None:
            print("got", item)

    await asyncio.gather(produce(), consume())
    print(await asyncio.to_thread(sum, [1, 2, 3]))


asyncio.run(main())
