import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { SECRET_VARIABLES } from '../../main/coordinator/config.ts'
import { skipFor } from '../../main/kernel/requirement.fixture.ts'
import { temporaryDirectory } from '../support/windfall.ts'
import { type Helm, type Manifest, type Values, missingHelm, openHelm } from './helm.ts'
import { expectNoOtherFields, expectValid } from './kubernetes-schema.ts'

const CHART = 'resources/deploy/helm/windfall'
const missing = missingHelm()
const reason = missing === null ? null : skipFor('the Helm chart', missing)

const image = { repository: 'registry.example/windfall' }
const SQLITE = { image, settings: { WINDFALL_RPC_URL: 'https://api.devnet.solana.com' } }
const POSTGRES = {
  image: { ...image, digest: `sha256:${'0'.repeat(64)}` },
  database: 'postgres',
  replicas: 3,
  existingSecret: 'windfall',
  secretFiles: { WINDFALL_RPC_URL: 'rpc-url', WINDFALL_DATABASE_URL: 'database-url', WINDFALL_DATABASE_PASSWORD: 'database-password' },
  settings: { WINDFALL_S3_BUCKET: 'blobs' },
  keysSecret: 'windfall-keys',
}
const EVERYTHING = {
  ...POSTGRES,
  image: { ...image, tag: '1.2.3', pullSecrets: ['registry'] },
  tlsSecret: 'windfall-tls',
  ingress: { enabled: true, host: 'windfall.example', className: 'nginx', tlsSecret: 'windfall-ingress', annotations: { a: 'b' } },
  metrics: { serviceMonitor: true, rules: true, board: true, labels: { release: 'prometheus' } },
  networkPolicy: { metricsFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }], egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] },
  service: { type: 'LoadBalancer', annotations: { a: 'b' } },
  serviceAccount: { annotations: { a: 'b' } },
  podAnnotations: { a: 'b' },
  podLabels: { c: 'd' },
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  tolerations: [{ key: 'a', operator: 'Exists' }],
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }] } },
  priorityClassName: 'high',
}
const SETS: Readonly<Record<string, Values>> = {
  'one coordinator on SQLite': SQLITE,
  'with TLS of its own, on a claim that there is': { ...SQLITE, tlsSecret: 'windfall-tls', persistence: { existingClaim: 'books' } },
  'quiet: no metrics, no network policy, no account': {
    ...SQLITE,
    metrics: { enabled: false },
    networkPolicy: { enabled: false },
    serviceAccount: { create: false },
  },
  'three coordinators on PostgreSQL': POSTGRES,
  'with everything that can be asked for': EVERYTHING,
}

const kindsOf = (manifests: readonly Manifest[]): readonly string[] => manifests.map(({ kind }) => kind).toSorted()
/** The only one of its kind, as JSON has it. */
const find = (manifests: readonly Manifest[], kind: string): Manifest => {
  const found = manifests.find((manifest) => manifest.kind === kind)
  if (found === undefined) throw new Error(`The chart makes no ${kind} of these values.`)
  return found
}

const graceOf = (seconds: number) => ({ spec: { template: { spec: { terminationGracePeriodSeconds: seconds } } } })

describe.skipIf(reason !== null)('the Helm chart', () => {
  const folder = temporaryDirectory()
  let helm: Helm
  /** The chart's objects with one place of them changed. */
  const spoilt = async (text: string, by: string): Promise<readonly Manifest[]> => {
    const rendered = JSON.stringify(await helm.render(SQLITE))
    expect(rendered).toContain(text)
    return JSON.parse(rendered.replace(text, by)) as Manifest[]
  }
  const graceWith = async (drain: Values) => find(await helm.render({ ...SQLITE, drain }), 'StatefulSet')
  beforeAll(() => void (helm = openHelm(folder.path)))
  afterAll(() => folder[Symbol.dispose]())

  test.each(Object.entries(SETS))('%s: Helm finds no fault, and Kubernetes knows every object and every field', async (_, values) => {
    await helm.lint(values)
    const manifests = await helm.render(values)
    await expectValid(manifests)
    await expectNoOtherFields(manifests)
  })

  test('what Kubernetes does not know, or wants otherwise, is found', async () => {
    await expect(spoilt('"readinessProbe":', '"readyProbe":').then(expectNoOtherFields)).rejects.toMatchObject({
      stdout: expect.stringContaining('readyProbe'),
    })
    await expect(spoilt('"containerPort":7465', '"containerPort":"7465"').then(expectValid)).rejects.toThrow('containerPort')
    await expect(spoilt('"serviceName":', '"service":').then(expectNoOtherFields)).rejects.toThrow()
  })

  test('one coordinator has a volume, several have none; a test pod is no coordinator to any selector', async () => {
    const [one, several] = [await helm.render(SQLITE), await helm.render(EVERYTHING)]
    expect(kindsOf(one)).toEqual(['NetworkPolicy', 'Pod', 'Service', 'Service', 'ServiceAccount', 'StatefulSet'])
    expect(kindsOf(several)).toEqual([
      'ConfigMap',
      'Deployment',
      'Ingress',
      'NetworkPolicy',
      'Pod',
      'PodDisruptionBudget',
      'PrometheusRule',
      'Service',
      'Service',
      'ServiceAccount',
      'ServiceMonitor',
    ])
    const { matchLabels } = (find(several, 'Deployment') as Manifest & { spec: { selector: { matchLabels: Record<string, string> } } }).spec.selector
    expect(find(several, 'Pod').metadata.labels).not.toMatchObject(matchLabels)
    expect(find(several, 'PrometheusRule')).toMatchObject({ spec: parse(readFileSync('resources/deploy/prometheus/windfall.rules.yml', 'utf8')) as object })
    expect(find(several, 'ConfigMap')).toMatchObject({ data: { 'windfall.json': readFileSync('resources/deploy/grafana/windfall.json', 'utf8') } })
  })

  test('time to drain fits into the time before it is killed', async () => {
    expect(await graceWith({ graceMs: 0, limitMs: 500 })).toMatchObject(graceOf(20))
    expect(await graceWith({ graceMs: 600_000, limitMs: 600_000 })).toMatchObject(graceOf(1_220))
  })

  test.each<[string, Values, RegExp]>([
    ['no image', { settings: SQLITE.settings }, /repository/],
    ['no endpoint of Solana', { image }, /WINDFALL_RPC_URL/],
    ['a secret among the settings', { ...SQLITE, settings: { ...SQLITE.settings, WINDFALL_DATABASE_PASSWORD: 'secret' } }, /settings/],
    ['a word that no setting has', { ...SQLITE, replica: 3 }, /replica/],
    ['several coordinators without keys', { ...POSTGRES, keysSecret: '' }, /keysSecret/],
    ['several coordinators without a bucket', { ...POSTGRES, settings: {} }, /WINDFALL_S3_BUCKET/],
    ['several coordinators without a database', { ...POSTGRES, secretFiles: { WINDFALL_RPC_URL: 'rpc-url' } }, /WINDFALL_DATABASE_URL/],
    ['secrets of no Secret', { ...POSTGRES, existingSecret: '' }, /existingSecret/],
    ['an ingress for no host', { ...SQLITE, ingress: { enabled: true } }, /host/],
    ['a path in the name of a secret file', { ...POSTGRES, secretFiles: { ...POSTGRES.secretFiles, WINDFALL_RPC_URL: '../x' } }, /WINDFALL_RPC_URL/],
  ])('%s is refused, by its name', async (_, values, named) => {
    await expect(helm.render(values)).rejects.toThrow(named)
  })
})

test('the chart is of the version of Windfall, and knows which settings are secret', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'))).toMatchObject({ version, appVersion: version })
  const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as { definitions: { secretSetting: { enum: string[] } } }
  // These two may be written down where they have no password in them, and the last is a file by itself.
  const plain = ['WINDFALL_RPC_URL', 'WINDFALL_DATABASE_URL']
  expect(schema.definitions.secretSetting.enum.toSorted()).toEqual(
    [...Object.values(SECRET_VARIABLES).filter((name) => !plain.includes(name)), 'WINDFALL_S3_CREDENTIALS'].toSorted(),
  )
})
