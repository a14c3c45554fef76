import { createSecretKey, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createEpochNames } from '../../src/record/epoch-names.ts'

const key = createSecretKey(randomBytes(32))
const names = createEpochNames(key)
const at = Date.UTC(2030, 0, 1)

test('a later epoch has a greater name, also within a millisecond and after the clock was set back', () => {
  const first = names.after(undefined, at)
  const second = names.after(first, at)
  const third = names.after(second, at - 86_400_000)
  expect([third, first, second].sort()).toEqual([first, second, third])
  expect(names.after(undefined, 0) < names.after(undefined, at)).toBe(true)
})

test('a name is genuine to every server with the key, and to no other', () => {
  const name = names.after(undefined, at)
  expect(createEpochNames(key).isGenuine(name)).toBe(true)
  expect(createEpochNames(createSecretKey(randomBytes(32))).isGenuine(name)).toBe(false)
})

test('no change of a character is genuine, nor anything else that a writer of the store may invent', () => {
  const name = names.after(undefined, at)
  for (let index = 0; index < name.length; index++) {
    const other = name[index] === 'a' ? 'b' : 'a'
    expect(names.isGenuine(name.slice(0, index) + other + name.slice(index + 1))).toBe(false)
  }
  const tag = name.slice(9)
  for (const invented of [`zzzzzzzzz${tag}`, `${name}x`, name.slice(1), '', 7, null, [name]])
    expect(names.isGenuine(invented)).toBe(false)
})
