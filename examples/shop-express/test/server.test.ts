import { join } from 'node:path'
import { makeCertificate } from '@sojourn/example-device-bound/server'
import { mindsItsEnvironment, servesHttps, starts } from '@sojourn/example-shop/journey/process'

const folder = join(import.meta.dirname, '..')

starts(folder)
mindsItsEnvironment(folder)
servesHttps(folder, async () => {
  const { private: key, cert } = await makeCertificate()
  return { key, cert }
})
