import { describe, expect, test } from 'vitest'
import { troubled, visit } from '../support.ts'

describe('a store in trouble while writing', () => {
  test('names the clause that was broken', async () => {
    const { manager, visitor } = await troubled('replace', async () => 'OK')
    const changing = visit(manager, visitor, (session) => {
      session.data['n'] = 2
    })
    await expect(changing).rejects.toMatchObject({
      detail: expect.stringMatching(/broke its contract in 'replace'.*clause.*conformance/),
    })
  })
})
