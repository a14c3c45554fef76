const batchSize = 64

/** Runs a task for each item, 64 at the same time. Rejects with the first error, after the tasks of its batch have settled. */
export async function inBatches<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  task: (item: Item) => Promise<void>,
): Promise<void> {
  let batch: Item[] = []
  const flush = async () => {
    const settled = await Promise.allSettled(batch.map(task))
    batch = []
    for (const result of settled) if (result.status === 'rejected') throw result.reason
  }
  for await (const item of items) {
    batch.push(item)
    if (batch.length === batchSize) await flush()
  }
  await flush()
}
