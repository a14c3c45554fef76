import { proveRolls } from '@sojourn/redis-lab'
import * as ioredis6 from 'ioredis'
import * as ioredis5 from 'ioredis5'
import { connectByFile } from './connect.ts'

proveRolls({ 'ioredis 6': connectByFile(ioredis6), 'ioredis 5': connectByFile(ioredis5) })
