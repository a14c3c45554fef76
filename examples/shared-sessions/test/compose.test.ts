/** Compose and Swarm files, which no engine runs here: validated by the schema, and against what they refer to. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { renderSite, type SiteVariables } from '../local/nginx.ts'
import { makeSecrets } from '../local/secrets.ts'
import { readEnvironment, secretFiles } from '../shared/environment.ts'
import { danglingNames, folder, readCompose, schemaErrors } from './compose.ts'
import { readImages } from './dockerfile.ts'
import { nginxTest } from './nginx.ts'

const images = readImages()
const deployments = {
  Compose: readCompose(['compose.yaml', 'compose.override.yaml']),
  Swarm: readCompose(['compose.yaml', 'stack.yaml'], { SITE: 'shop.example' }),
}
const names = ['user', 'task', 'nginx', 'redis']

const each = test.each(Object.entries(deployments))

each('%s: the schema finds nothing', (_name, compose) => {
  expect(schemaErrors(compose)).toEqual([])
})

each('%s: every name that is used is defined, and the other way round', (_name, compose) => {
  expect(danglingNames(compose)).toEqual([])
})

test('the checks find a key, a value, a secret and a volume that are wrong', () => {
  const { Compose } = deployments
  const { user } = Compose.services
  const change = (changed: object) => ({
    ...Compose,
    services: { ...Compose.services, user: { ...user, ...changed } },
  })
  expect(schemaErrors(change({ helthcheck: {} })).join()).toContain('helthcheck')
  expect(schemaErrors(change({ read_only: [] })).join()).toContain('/services/user/read_only')
  expect(danglingNames(change({ secrets: ['none'] }))).toContain('secrets: none is not defined')
  expect(danglingNames({ ...Compose, volumes: {} })).toEqual(['volumes: redis-data is not defined'])
})

each('%s: every image is a target of the Dockerfile', (_name, { services }) => {
  expect(Object.keys(services)).toEqual(names)
  for (const [name, { image = '', build }] of Object.entries(services)) {
    expect(image).toBe(`sojourn/${name}:1`)
    expect(images.has(build?.target ?? name)).toBe(true)
    if (!build) continue
    expect(build.target).toBe(name)
    expect(existsSync(join(folder, build.context, build.dockerfile))).toBe(true)
  }
})

each('%s: a service starts with the environment that it gets', (_name, { services }) => {
  for (const name of ['user', 'task']) {
    const { environment = {}, secrets = [] } = services[name] ?? {}
    const env = { ...images.get(name)?.env, ...environment }
    const { port, redisUrl, secrets: place } = readEnvironment(env)
    expect(images.get(name)?.ports).toContain(port)
    expect(services[new URL(redisUrl).hostname]).toBeDefined()
    expect([place, ...secrets]).toEqual(['/run/secrets', ...secretFiles])
  }
})

each('%s: nginx -t accepts the site', async (_name, { services }) => {
  const { environment = {}, secrets = [] } = services['nginx'] ?? {}
  const variables = { ...images.get('nginx')?.env, ...environment } as unknown as SiteVariables
  for (const file of [variables.TLS_CERTIFICATE, variables.TLS_KEY])
    expect(secrets.map((secret) => `/run/secrets/${secret}`)).toContain(file)
  for (const servers of [variables.USER_SERVERS, variables.TASK_SERVERS]) {
    const [, host = '', port] = /^server (\w+):(\d+);$/.exec(servers) ?? []
    expect(images.get(host)?.ports).toContain(Number(port))
    expect(services[host]).toBeDefined()
  }
  expect(await nginxTest(renderSite(variables))).toMatchObject({ status: 0 }) // it may warn
})

test('nginx -t refuses a site with a mistake', async () => {
  const { environment } = deployments.Compose.services['nginx'] ?? {}
  const variables = { ...images.get('nginx')?.env, ...environment } as unknown as SiteVariables
  const { status, stderr } = await nginxTest(
    renderSite(variables).replace('proxy_pass', 'proxy_pas'),
  )
  expect(status).toBe(1)
  expect(stderr).toContain('unknown directive "proxy_pas"')
})

each('%s: Redis is on an internal network alone, and publishes no port', (_name, compose) => {
  const { networks = [], ports } = compose.services['redis'] ?? {}
  expect(networks).toEqual(['data'])
  expect(compose.networks?.['data']?.internal).toBe(true)
  expect(ports).toBeUndefined()
  expect(compose.services['nginx']?.networks).not.toContain('data')
})

each('%s: only nginx publishes ports, and those that it exposes', (_name, { services }) => {
  const published = Object.entries(services).filter(([, { ports }]) => ports)
  expect(published.map(([name]) => name)).toEqual(['nginx'])
  const targets = services['nginx']?.ports?.map((port) =>
    Number(typeof port === 'string' ? port.split(':').at(-1) : port.target),
  )
  expect(targets).toEqual(images.get('nginx')?.ports.toReversed())
})

each('%s: the services trust the network that nginx is in, and no other', (_name, compose) => {
  const [{ subnet } = { subnet: '' }] = compose.networks?.['web']?.ipam?.config ?? []
  for (const name of ['user', 'task'])
    expect(compose.services[name]?.environment?.['TRUST_PROXY']).toBe(subnet)
  const inside = Object.keys(compose.services).filter((name) =>
    compose.services[name]?.networks?.includes('web'),
  )
  expect(inside).toEqual(['user', 'task', 'nginx'])
})

each('%s: every service is limited, checked, and updated in the right order', (_name, compose) => {
  for (const [name, service] of Object.entries(compose.services)) {
    const { healthcheck, deploy, read_only, cap_drop } = service
    expect(deploy?.resources?.limits?.memory).toMatch(/^\d+M$/)
    expect(deploy?.update_config?.order).toBe(name === 'redis' ? 'stop-first' : 'start-first')
    expect({ read_only, cap_drop }).toEqual({ read_only: true, cap_drop: ['ALL'] })
    const asked = healthcheck?.test.map(
      (word) => /^http:\/\/[\d.]+:(\d+)\/healthz$/.exec(word)?.[1],
    )
    const port = asked?.find(Boolean)
    if (name === 'redis') expect(healthcheck?.test).toEqual(['CMD', 'sh', '/etc/redis/healthy.sh'])
    else expect(images.get(name)?.ports).toContain(Number(port))
  }
})

test('Compose reads the secrets that `secrets` makes, and Swarm has them outside', async () => {
  const made = mkdtempSync(join(tmpdir(), 'shared-sessions-secrets-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  await makeSecrets(made)
  const files = Object.entries(deployments.Compose.secrets ?? {})
  for (const [name, { file = '' }] of files)
    expect([name, file]).toEqual([name, `./secrets/${name}`])
  expect(readdirSync(made)).toEqual(
    expect.arrayContaining(files.map(([, { file }]) => basename(file ?? ''))),
  )
  for (const secret of Object.values(deployments.Swarm.secrets ?? {}))
    expect(secret).toMatchObject({ external: true })
})
