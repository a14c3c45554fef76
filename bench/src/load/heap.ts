import { setTimeout } from 'node:timers/promises'

/** Returns the bytes that live in this process's heap and beside it, after a collection; needs `--expose-gc`. */
export async function heapInUse(): Promise<number> {
  if (!gc) throw new Error('The heap is measured after a collection: run with --expose-gc')
  gc()
  await setTimeout(100) // for what is cleaned up in a later turn
  gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
