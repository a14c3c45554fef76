import { join } from 'node:path'
import { starts } from '@sojourn/example-shop/journey/process'

starts(join(import.meta.dirname, '..'))
