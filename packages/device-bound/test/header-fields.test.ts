import { describe, expect, test } from 'vitest'
import { challengeField, isSkipped, readText, registrationField } from '../src/header-fields.ts'

describe('a field with one text', () => {
  test.each([
    ['bare', 'eyJhbGci.eyJqdGki.c2ln', 'eyJhbGci.eyJqdGki.c2ln'],
    ['quoted', '"eyJhbGci.eyJqdGki.c2ln"', 'eyJhbGci.eyJqdGki.c2ln'],
    ['bare, which is no token of a structured field', '9-_a', '9-_a'],
    ['quoted, with escapes', String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['quoted, with a parameter', '"abc";x=1', 'abc'],
    ['bare, with a parameter', 'abc;x', 'abc'],
  ])('%s is read (K-06)', (_kind, field, text) => {
    expect(readText(field, 100)).toBe(text)
  })

  test.each([
    ['absent', undefined],
    ['empty', ''],
    ['blank', ' '],
    ['a quote that is not closed', '"abc'],
    ['an unknown escape', String.raw`"a\bc"`],
    ['two lines', 'abc, def'],
    ['two quoted lines', '"abc", "def"'],
    ['text after the string', '"abc" def'],
    ['a number', '12;x'],
    ['a decimal with a parameter', '1.5;a'],
    ['a boolean', '?1'],
    ['bytes', ':YWJj:'],
    ['a date', '@1659578233'],
    ['a display string', '%"abc"'],
    ['an inner list', '("abc")'],
    ['a control character', '"a\u0000"'],
    ['letters beyond ASCII', '"ä"'],
    ['too long, bare', 'a'.repeat(101)],
    ['too long, quoted', `"${'a'.repeat(99)}"`],
  ])('%s is no text', (_kind, field) => {
    expect(readText(field, 100)).toBeUndefined()
  })
})

describe('Secure-Session-Skipped', () => {
  test.each([
    ['quoted', 'quota_exceeded;session_identifier="d1"'],
    ['bare', 'quota_exceeded;session_identifier=d1'],
    ['unreachable', 'unreachable;session_identifier="d1"'],
    ['a failed server', 'server_error;session_identifier="d1"'],
    [
      'the second of two',
      'quota_exceeded;session_identifier="d0", unreachable;session_identifier="d1"',
    ],
    ['a further parameter', 'quota_exceeded;x=1;session_identifier="d1";y'],
  ])('%s names the device binding', (_kind, field) => {
    expect(isSkipped(field, 'd1')).toBe(true)
  })

  test.each([
    ['absent', undefined],
    ['empty', ''],
    ['another device binding', 'quota_exceeded;session_identifier="d2"'],
    ['none', 'quota_exceeded'],
    ['an unknown reason', 'because;session_identifier="d1"'],
    ['an inner list', '(quota_exceeded);session_identifier="d1"'],
    ['a flag', 'quota_exceeded;session_identifier'],
    ['junk', '"'],
    ['too long', `${'a;b, '.repeat(500)}quota_exceeded;session_identifier="d1"`],
  ])('%s does not', (_kind, field) => {
    expect(isSkipped(field, 'd1')).toBe(false)
  })
})

test('an offer and a challenge are structured fields', () => {
  const offer = { algorithms: ['ES256', 'RS256'], path: '/session/device', challenge: 'a.b' }
  expect(registrationField(offer)).toBe('(ES256 RS256);path="/session/device";challenge="a.b"')
  expect(challengeField('a.b', 'd1')).toBe('"a.b";id="d1"')
})
