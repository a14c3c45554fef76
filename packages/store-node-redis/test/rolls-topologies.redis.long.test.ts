import { proveRolls, startCluster, startSentinel } from '@sojourn/redis-lab'
import * as redis6 from 'redis'
import * as redis5 from 'redis5'
import { connectByFile } from './connect.ts'

const connects = { 'redis 6': connectByFile(redis6), 'redis 5': connectByFile(redis5) }

proveRolls(connects, startCluster)
proveRolls(connects, startSentinel)
