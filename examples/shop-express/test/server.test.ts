import { join } from 'node:path'
import { mindsItsEnvironment, starts } from '@sojourn/example-shop/journey/process'

const folder = join(import.meta.dirname, '..')

starts(folder)
mindsItsEnvironment(folder)
