import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { packageRoot, packageVersion } from '../../kernel/paths.ts'
import { build } from '../build.ts'
import { run } from '../run.fixture.ts'

let folder: string
const out = () => join(folder, 'out')
const read = (name: string) => readFileSync(join(out(), name), 'utf8')

beforeAll(() => build({}, () => {}))
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windfall-prepare-'))
  vi.stubEnv('SOURCE_DATE_EPOCH', '1763800000')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** What `npm audit` says in these tests. */
function registrySays(text: string): void {
  const npm = join(folder, 'npm-cli.js')
  writeFileSync(npm, `process.stdout.write(${JSON.stringify(text)}); process.exitCode = 1`)
  vi.stubEnv('npm_execpath', npm)
}

interface Sbom {
  readonly serialNumber: string
  readonly components: readonly {
    readonly 'bom-ref': string
    readonly name: string
    readonly purl: string
    readonly properties: readonly { readonly value: string }[]
  }[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
}

const schema = (name: string) =>
  JSON.parse(readFileSync(join(packageRoot, 'node_modules/@cyclonedx/cyclonedx-library/res/schema', `${name}.SNAPSHOT.schema.json`), 'utf8')) as object

/** The schema of CycloneDX itself. */
function schemaErrors(sbom: unknown): unknown {
  const named = Object.fromEntries(['spdx', 'jsf-0.82'].map((name) => [`http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`, schema(name)]))
  const check = new Ajv({ strict: false, validateFormats: false, schemas: named }).compile(schema('bom-1.6'))
  return check(sbom) ? null : check.errors
}

test('the parts are listed as CycloneDX has it: each with its address, its licence, where it goes, and what it needs', async () => {
  expect(await run('release', 'prepare', out(), '--no-audit')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/packages of others go along with Windfall/) as string,
  })
  const sbom = JSON.parse(read('sbom.cdx.json')) as Sbom
  expect(schemaErrors(sbom)).toBe(null)
  expect(schemaErrors({ ...sbom, serialNumber: 'none' })).not.toBe(null)
  expect(sbom).toMatchObject({
    specVersion: '1.6',
    metadata: { timestamp: '2025-11-22T08:26:40.000Z', component: { name: 'windfall', version: packageVersion } },
  })
  const part = (name: string) => sbom.components.find((one) => one.name === name)
  expect(part('react')).toMatchObject({
    purl: expect.stringMatching(/^pkg:npm\/react@/) as string,
    licenses: [{ license: { id: 'MIT' } }],
    hashes: [{ alg: 'SHA-512' }],
  })
  expect(part('react')?.properties.map(({ value }) => value)).toEqual(expect.arrayContaining(['desktop', 'headless']))
  expect(part('fastify')?.properties.map(({ value }) => value)).not.toContain('desktop')
  expect(part('electron')).toMatchObject({ type: 'platform' })
  expect(sbom.components.find((one) => one['bom-ref'] === 'node_modules/node')).toMatchObject({
    purl: `pkg:generic/node@${process.versions.node}`,
    type: 'platform',
  })
  expect(sbom.components.filter(({ name }) => /^(?:vitest|vite|playwright|typescript|knip)$/.test(name))).toEqual([])
  expect(sbom.dependencies.find(({ ref }) => ref === 'node_modules/dockerode')?.dependsOn).toContain('node_modules/docker-modem')
  const refs = new Set(['windfall', ...sbom.components.map((one) => one['bom-ref'])])
  expect(sbom.dependencies.flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn]).filter((ref) => !refs.has(ref))).toEqual([])
})

test('the words of all of them go along, and the same sources write the same files', async () => {
  await run('release', 'prepare', out(), '--no-audit')
  const before = [read('sbom.cdx.json'), read('THIRD-PARTY-NOTICES.txt')]
  const { components } = JSON.parse(before[0] ?? '') as Sbom
  for (const { name } of components) expect(before[1]).toContain(name)
  expect(before[1]).toMatch(/GNU LESSER GENERAL PUBLIC LICENSE[\s\S]*GNU GENERAL PUBLIC LICENSE/)
  await run('release', 'prepare', out(), '--no-audit')
  expect([read('sbom.cdx.json'), read('THIRD-PARTY-NOTICES.txt')]).toEqual(before)
  vi.stubEnv('SOURCE_DATE_EPOCH', '1763800001')
  await run('release', 'prepare', out(), '--no-audit')
  expect(read('sbom.cdx.json')).not.toBe(before[0])
})

test('what is weak and handed on keeps anything from being written', async () => {
  const via = [{ name: 'ws', title: 'A frame stops it', url: 'https://github.com/advisories/GHSA-x', severity: 'high', range: '<99.0.0' }]
  registrySays(JSON.stringify({ auditReportVersion: 2, vulnerabilities: { ws: { name: 'ws', via, nodes: ['node_modules/ws'] } } }))
  const { code, out: said } = await run('release', 'prepare', out(), '--json')
  expect([code, existsSync(out())]).toEqual([1, false])
  expect(JSON.parse(said)).toMatchObject({ good: false, audited: true, files: [], problems: [expect.stringContaining('A frame stops it')] })
})

test('a registry that finds nothing is enough; one that does not answer is not, unless nobody asks it', async () => {
  registrySays(JSON.stringify({ auditReportVersion: 2, vulnerabilities: {} }))
  expect(await run('release', 'prepare', out(), '--json')).toMatchObject({ code: 0, out: expect.stringContaining('"audited":true') as string })
  rmSync(out(), { recursive: true })
  registrySays(JSON.stringify({ error: { code: 'ENOTFOUND', summary: 'request failed' } }))
  expect(await run('release', 'prepare', out())).toMatchObject({
    code: 5,
    out: '',
    err: expect.stringMatching(/request failed.*Nothing was written.*--no-audit/) as string,
  })
  expect(globSync('**/*', { cwd: out() })).toEqual([])
})

test('a date that is none is refused', async () => {
  vi.stubEnv('SOURCE_DATE_EPOCH', 'yesterday')
  expect(await run('release', 'prepare', out(), '--no-audit')).toMatchObject({ code: 2, err: expect.stringContaining('SOURCE_DATE_EPOCH') as string })
})
