import { afterEach, beforeEach, expect, test, vi } from 'vitest'

beforeEach(() => {
  vi.resetModules()
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

test('in production one warning per process says what is lost and what to use instead', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  const { memoryBackend } = await import('@sojourn/store-memory')
  const warn = vi.fn<(message: string) => void>()
  memoryBackend({ warn })
  memoryBackend({ warn })
  expect(warn).toHaveBeenCalledTimes(1)
  const [[message] = []] = warn.mock.calls
  expect(message).toContain('lost when the process restarts')
  expect(message).toContain('no other process sees them')
  expect(message).toContain('@sojourn/store-redis')
})

test('the warning goes to the console by default', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  const { memoryBackend } = await import('@sojourn/store-memory')
  memoryBackend()
  expect(warn).toHaveBeenCalledTimes(1)
})

test.each(['development', 'test', ''])('there is no warning where NODE_ENV is %j', async (name) => {
  vi.stubEnv('NODE_ENV', name)
  const { memoryBackend } = await import('@sojourn/store-memory')
  const warn = vi.fn()
  memoryBackend({ warn })
  expect(warn).not.toHaveBeenCalled()
})
