/** Where the Redis is that test-runtimes has started. */
export const redisUrl = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'
