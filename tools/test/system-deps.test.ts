import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { advice, locate } from '../system-deps.ts'
import { folder } from './folder.ts'

test('a program is found on PATH', () => {
  const root = folder({ 'chromium-browser': '#!/bin/sh' })
  chmodSync(join(root, 'chromium-browser'), 0o755)
  expect(locate('Chromium', { PATH: root })).toBe(join(root, 'chromium-browser'))
})

test('its environment variable wins over PATH', () => {
  expect(locate('Chromium', { CHROMIUM: '/opt/browser', PATH: '' })).toBe('/opt/browser')
})

test('that of nginx is not the one that nginx reads itself, as sockets that it inherits', () => {
  expect(locate('nginx', { NGINX: '3;4;', PATH: '' })).not.toBe('3;4;')
  expect(locate('nginx', { NGINX_BINARY: '/opt/nginx', PATH: '' })).toBe('/opt/nginx')
})

test('a missing program is named with the commands that install it', () => {
  expect(locate('Chromium', { PATH: folder({}) })).toBeUndefined()
  expect(advice(['Chromium'])).toContain('sudo apt-get install chromium\n')
})
