import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, dirname, normalize } from 'node:path'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'

// Bundles and generated declarations are not source; an AssemblyScript file is not TypeScript.
const files = globSync('{shared,main,preload,renderer,e2e,resources}/**/*.{ts,tsx}').filter((file) => !file.endsWith('.d.ts') && !file.includes('/assembly/'))
const isTest = (file: string) => /\.(test|bench|spec|fixture)\.tsx?$|^e2e\//.test(file)

interface Edge {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

function importsOf(from: string): Edge[] {
  const { module } = parseSync(from, readFileSync(from, 'utf8'))
  const resolve = (to: string) => (to.startsWith('.') ? normalize(join(dirname(from), to)) : to)
  const statics = module.staticImports.map((found) => ({
    to: found.moduleRequest.value,
    typeOnly: found.entries.length > 0 && found.entries.every((entry) => entry.isType),
  }))
  const reexports = module.staticExports.flatMap((found) => found.entries).map((entry) => ({ to: entry.moduleRequest?.value, typeOnly: entry.isType }))
  return [...statics, ...reexports].flatMap(({ to, typeOnly }) => (to === undefined ? [] : [{ from, to: resolve(to), typeOnly }]))
}

const edges = files.flatMap(importsOf)
const production = edges.filter((edge) => !isTest(edge.from))
const area = (path: string) => /^(main\/[^/]+|[^/]+)\//.exec(path)?.[1] ?? path
const isOurs = (path: string) => /^(shared|main|preload|renderer|e2e|resources)\//.test(path)

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  'main/kernel': ['shared'],
  'main/chain': ['main/kernel', 'shared'],
  'main/client': ['shared'],
  'main/localnet': ['main/kernel', 'shared'],
  'main/agent': ['main/kernel', 'main/chain', 'shared'],
  'main/doctor': ['main/agent', 'main/kernel', 'shared'],
  'main/coordinator': ['main/kernel', 'main/chain', 'shared'],
  'main/desktop': ['main/agent', 'main/doctor', 'main/kernel', 'shared'],
  'main/cli': ['main/agent', 'main/doctor', 'main/coordinator', 'main/localnet', 'main/chain', 'main/kernel', 'shared', 'resources'],
  preload: ['shared'],
  renderer: ['shared'],
  resources: ['shared'],
}

const HOMES: Readonly<Record<string, RegExp>> = {
  electron: /^(main\/desktop|preload)\//,
  'electron-updater': /^main\/desktop\/updates\//,
  fastify: /^main\/coordinator\/http\//,
  'better-sqlite3': /\.store\.ts$|^main\/kernel\/(sqlite|instance-lock)\.ts$|^main\/coordinator\/persistence\//,
  kysely: /\.store\.ts$|^main\/coordinator\/persistence\//,
  pg: /\.store\.ts$|^main\/coordinator\/persistence\//,
  dockerode: /^main\/agent\/jobs\/docker\.ts$/,
  '@solana/web3.js': /^main\/chain\/solana\.ts$/,
  litesvm: /^main\/localnet\//,
  koffi: /^main\/agent\/gpu\//,
  'node-nvidia-smi': /^main\/agent\/gpu\//,
  systeminformation: /^main\/agent\/gpu\//,
  react: /^renderer\//,
  zustand: /^renderer\/state\//,
}

test('sees the code', () => {
  expect(files.length).toBeGreaterThan(150)
  expect(edges.length).toBeGreaterThan(500)
})

test('an area imports only the areas it may', () => {
  const wrong = production.filter(({ from, to }) => isOurs(to) && area(to) !== area(from) && !(ALLOWED[area(from)] ?? []).includes(area(to)))
  expect(wrong).toEqual([])
})

const feature = (path: string) => /^main\/(agent|coordinator)\/([^/]+)\//.exec(path)?.[0]

test('a feature never imports a sibling feature', () => {
  const shared = 'main/coordinator/persistence/'
  const wrong = production.filter(({ from, to }) => {
    const [a, b] = [feature(from), feature(to)]
    return a !== undefined && b !== undefined && a !== b && b !== shared && !(a === shared && to.includes('/tables/'))
  })
  expect(wrong).toEqual([])
})

test('a package has one home', () => {
  const wrong = production.filter(({ from, to }) =>
    Object.entries(HOMES).some(([name, home]) => (to === name || to.startsWith(`${name}/`)) && !home.test(from)),
  )
  expect(wrong).toEqual([])
})

test('shared imports zod and nothing else from outside', () => {
  const wrong = production.filter(({ from, to }) => from.startsWith('shared/') && !isOurs(to) && to !== 'zod')
  expect(wrong).toEqual([])
})

/** Everything that is loaded with a file, itself included. */
function closureOf(file: string): ReadonlySet<string> {
  const reached = new Set([file])
  for (const at of reached) for (const { from, to, typeOnly } of edges) if (from === at && !typeOnly) reached.add(to)
  return reached
}

test('what verifies a receipt knows nothing of whoever issued it', () => {
  const verifier = [...closureOf('shared/domain/verify-receipt.ts')]
  expect(verifier.length).toBeGreaterThan(15)
  expect(verifier.filter((file) => !file.startsWith('shared/'))).toEqual(['zod'])
  expect([...closureOf('main/cli/commands/receipt-verify.ts')].filter((file) => file.startsWith('main/coordinator/'))).toEqual([])
})

test('a migration imports nothing of ours', () => {
  expect(production.filter(({ from, to }) => /\/migrations\/\d/.test(from) && isOurs(to))).toEqual([])
})

test('every relative import exists', () => {
  expect(edges.filter(({ to }) => isOurs(to) && !existsSync(to.replace(/\?.*$/, '')))).toEqual([])
})

test('there are no cycles', () => {
  const graph = Map.groupBy(
    production.filter((edge) => isOurs(edge.to)),
    (edge) => edge.from,
  )
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = (node: string, path: readonly string[]): void => {
    if (state.get(node) === 'done') return
    if (state.get(node) === 'open') {
      cycles.push([...path.slice(path.indexOf(node)), node].join(' → '))
      return
    }
    state.set(node, 'open')
    for (const { to } of graph.get(node) ?? []) visit(to, [...path, node])
    state.set(node, 'done')
  }
  for (const file of files) visit(file, [])
  expect(cycles).toEqual([])
})

test('time and chance are taken from the kernel, never from the air', () => {
  const free = files.filter((file) => !isTest(file) && !/^main\/kernel\/|^renderer\/|\.fake\.ts$/.test(file))
  expect(free.filter((file) => /\bDate\.now\(\)|\bMath\.random\(\)/.test(readFileSync(file, 'utf8')))).toEqual([])
})
