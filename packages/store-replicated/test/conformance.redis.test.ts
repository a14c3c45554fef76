import { proveConformance, startStandalone } from '@sojourn/redis-lab'
import { connectNodeRedis } from './redis.ts'
import { replicatedConnection } from './replicated-connection.ts'

const servers = await Promise.all([startStandalone(), startStandalone(), startStandalone()])

await proveConformance(
  () => replicatedConnection(servers, connectNodeRedis),
  { 'three servers, by node-redis': servers[0].address },
  { isWhole: false },
)
