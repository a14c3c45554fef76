/** The manifests of Kubernetes, which no cluster runs here: validated by schema and types, and against what they refer to. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderSite, type SiteVariables } from '../local/nginx.ts'
import { readEnvironment, secretFiles } from '../shared/environment.ts'
import { readImages } from './dockerfile.ts'
import {
  type Container,
  fieldErrors,
  type Manifest,
  readKustomization,
  readManifests,
  valueErrors,
  type Workload,
} from './kubernetes.ts'
import { nginxTest } from './nginx.ts'

const images = readImages()
const kustomization = readKustomization()
const manifests = kustomization.resources.flatMap(readManifests)
const secrets = readManifests('kubernetes/secrets.template.yaml') as (Manifest & {
  readonly stringData: Readonly<Record<string, string>>
})[]

const ofKind = <Kind>(...kinds: string[]) =>
  manifests.filter(({ kind }) => kinds.includes(kind)) as (Manifest & Kind)[]
const workloads: readonly Workload[] = ofKind<Workload>('Deployment', 'StatefulSet')
const each = test.each(workloads.map((workload) => [workload.metadata.name, workload] as const))

function podOf({ spec }: Workload) {
  const { containers = [], ...pod } = spec.template.spec ?? { containers: [] }
  const [container, ...others] = containers
  if (!container || others.length > 0) throw new Error('A pod of this example has one container')
  return { pod, container, labels: spec.template.metadata?.labels ?? {} }
}

function workload(name: string): Workload {
  const found = workloads.find(({ metadata }) => metadata.name === name)
  if (!found) throw new Error(`There is no workload ${name}`)
  return found
}

const variablesOf = ({ env = [] }: Container) =>
  Object.fromEntries(env.map(({ name, value = '' }) => [name, value]))

test('the schema finds nothing but a value of the wrong type', () => {
  const { spec, ...user } = workload('user')
  const wrong = { ...user, spec: { ...spec, replicas: 'two' } }
  const all = [...manifests, ...secrets]
  expect(all.length).toBeGreaterThan(15)
  expect([...all, wrong].flatMap(valueErrors)).toEqual([expect.stringContaining('replicas')])
})

test('the types find nothing but a field that does not exist, and one that is missing', () => {
  const { spec, ...user } = workload('user')
  const { selector: _, ...rest } = spec
  const wrong = [
    { ...user, spec: { ...spec, relicas: 2 } },
    { ...user, spec: rest },
  ]
  expect(fieldErrors([...manifests, ...secrets, ...wrong])).toEqual([
    expect.stringContaining('"relicas"'),
    expect.stringContaining('"selector"'),
  ])
})

test('every file is applied but the template of the Secrets, which has no value', () => {
  const files = readdirSync(join(import.meta.dirname, '../kubernetes'))
  const applied = kustomization.resources.map((file) => file.replace('kubernetes/', ''))
  expect(files.filter((file) => !applied.includes(file))).toEqual(['secrets.template.yaml'])
  expect(secrets.flatMap(({ stringData }) => Object.values(stringData).filter(Boolean))).toEqual([])
})

each('%s: image, user and ports are those of the Dockerfile', (name, one) => {
  const { pod, container } = podOf(one)
  const image = images.get(name)
  expect(container.image).toBe(`sojourn/${name}`)
  expect(kustomization.images.map((known) => known.name)).toContain(container.image)
  expect(pod.securityContext?.runAsUser).toBe(Number(image?.user))
  const ports = container.ports?.map(({ containerPort }) => containerPort) ?? []
  expect(ports.toSorted()).toEqual(image?.ports.toSorted())
})

each('%s: every Secret, key and volume that is mounted exists', (_name, one) => {
  const { pod, container } = podOf(one)
  const claims = (one.spec as { volumeClaimTemplates?: Manifest[] }).volumeClaimTemplates ?? []
  const volumes = [
    ...(pod.volumes ?? []).map(({ name }) => name),
    ...claims.map(({ metadata }) => metadata.name),
  ]
  const mounted = container.volumeMounts?.map(({ name }) => name) ?? []
  expect(mounted.toSorted()).toEqual(volumes.toSorted())
  for (const { secret } of pod.volumes ?? []) {
    if (!secret) continue
    const known = secrets.find(({ metadata }) => metadata.name === secret.secretName)
    for (const { key } of secret.items ?? [])
      expect(Object.keys(known?.stringData ?? {})).toContain(key)
    expect(known).toBeDefined()
  }
})

each('%s: no pod can be root, write to its image or use the API', (_name, one) => {
  const { pod, container } = podOf(one)
  expect(pod).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  })
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
  expect(container.resources?.limits?.['memory']).toBeDefined()
})

test.each(['user', 'task'])(
  '%s starts with its environment, and finds the files of its Secret',
  (name) => {
    const { pod, container } = podOf(workload(name))
    const environment = readEnvironment({ ...images.get(name)?.env, ...variablesOf(container) })
    const [mount] = container.volumeMounts ?? []
    const [volume] = pod.volumes ?? []
    const known = secrets.find(({ metadata }) => metadata.name === volume?.secret?.secretName)
    expect(mount?.mountPath).toBe(environment.secrets)
    expect(Object.keys(known?.stringData ?? {})).toEqual(secretFiles)
    const { hostname, port } = new URL(environment.redisUrl)
    expect(images.get(hostname)?.ports).toContain(Number(port))
    expect(ofKind('Service').map(({ metadata }) => metadata.name)).toContain(hostname)
  },
)

test.each(['user', 'task'])('%s is ready if it reaches Redis, and alive without it', (name) => {
  const { readinessProbe, livenessProbe } = podOf(workload(name)).container
  expect(readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'http' })
  expect(livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'http' })
})

test('nginx -t accepts the site, and nginx finds its certificate', async () => {
  const { pod, container } = podOf(workload('nginx'))
  const [config] = kustomization.configMapGenerator
  expect(container.envFrom).toEqual([{ configMapRef: { name: config?.name } }])
  const literals = Object.fromEntries((config?.literals ?? []).map((line) => line.split(/=(.*)/s)))
  const variables = { ...images.get('nginx')?.env, ...literals } as unknown as SiteVariables
  const mounted = (pod.volumes ?? []).flatMap(({ secret }) => secret?.items ?? [])
  expect(mounted.map(({ path }) => `/run/secrets/${path}`)).toEqual([
    variables.TLS_CERTIFICATE,
    variables.TLS_KEY,
  ])
  const hosts = [variables.USER_SERVERS, variables.TASK_SERVERS].map(
    (text) => /\w+(?=:)/.exec(text)?.[0],
  )
  expect(ofKind('Service').map(({ metadata }) => metadata.name)).toEqual(
    expect.arrayContaining(hosts),
  )
  expect(await nginxTest(renderSite(variables))).toMatchObject({ status: 0 }) // it may warn
})

test('every selector selects, and every port that is named has the name', () => {
  const pods = workloads.map(podOf)
  const selects = (selector: Readonly<Record<string, string>> = {}) =>
    pods.filter(({ labels }) =>
      Object.entries(selector).every(([key, value]) => labels[key] === value),
    )
  for (const { spec } of workloads) expect(selects(spec.selector.matchLabels)).toHaveLength(1)
  type Service = { spec: { selector: Record<string, string>; ports: { targetPort: string }[] } }
  for (const { spec } of ofKind<Service>('Service')) {
    const [pod, ...others] = selects(spec.selector)
    expect(others).toEqual([])
    const names = pod?.container.ports?.map(({ name }) => name)
    for (const { targetPort } of spec.ports) expect(names).toContain(targetPort)
  }
})

test('the policies let nobody in but nginx to the services and the services to Redis', () => {
  type Peer = { podSelector?: { matchLabels: Record<string, string> } }
  type Rule = { from?: Peer[]; ports: { port: number }[] }
  type Policy = {
    spec: { podSelector: { matchLabels?: Record<string, string> }; ingress?: Rule[] }
  }
  const ways = ofKind<Policy>('NetworkPolicy').flatMap(({ spec }) =>
    (spec.ingress ?? []).map(({ from, ports }) => ({
      to: spec.podSelector.matchLabels,
      from: from?.map(({ podSelector }) => podSelector?.matchLabels),
      ports: ports.map(({ port }) => port),
    })),
  )
  const services = { sessions: 'true' }
  expect(ways).toEqual([
    { to: { app: 'nginx' }, from: undefined, ports: [8443, 8080] },
    { to: services, from: [{ app: 'nginx' }], ports: [3000] },
    { to: { app: 'redis' }, from: [services], ports: [6379] },
  ])
  expect(ofKind<Policy>('NetworkPolicy')[0]?.spec.podSelector).toEqual({})
})

test('Redis has a volume that outlives it, and never two pods on it', () => {
  const { kind, spec } = workload('redis')
  expect(kind).toBe('StatefulSet')
  expect(spec.replicas).toBe(1)
  const [claim] = (spec as { volumeClaimTemplates?: Manifest[] }).volumeClaimTemplates ?? []
  const mount = podOf(workload('redis')).container.volumeMounts?.find(
    ({ name }) => name === claim?.metadata.name,
  )
  expect(images.get('redis')?.command).toEqual([
    'sh',
    '/etc/redis/start.sh',
    '--dir',
    mount?.mountPath,
  ])
})
