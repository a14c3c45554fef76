import { join } from 'node:path'
import { processes } from '@sojourn/example-shop/journey/process'

processes(join(import.meta.dirname, '..'))
