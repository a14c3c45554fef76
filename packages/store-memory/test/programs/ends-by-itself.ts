import { memoryBackend } from '@sojourn/store-memory'
import { callAt, makeRow } from '../support.ts'

const { inserted } = await memoryBackend().insert('g.a', makeRow(), callAt())
if (inserted) console.log('one session is kept')
