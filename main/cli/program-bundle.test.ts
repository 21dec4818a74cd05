import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, join, relative } from 'node:path'
import { build } from 'vite'
import { afterAll, expect, test } from 'vitest'
import { packageRoot } from '../kernel/paths.ts'
import { programBundle } from './program-bundle.ts'

interface Chunk {
  readonly type: 'chunk'
  readonly code: string
  readonly imports: readonly string[]
  readonly modules: Readonly<Record<string, unknown>>
  readonly isEntry: boolean
  readonly name: string
}

const outDir = mkdtempSync(join(packageRoot, 'dist', 'program-test-'))
afterAll(() => rmSync(outDir, { recursive: true, force: true }))

async function chunksOf(name: 'agent' | 'coordinator'): Promise<readonly Chunk[]> {
  const config = programBundle(name, outDir)
  const built = await build({ ...config, configFile: false, logLevel: 'silent', build: { ...config.build, write: false } })
  const { output } = (Array.isArray(built) ? built[0] : built) as unknown as { output: readonly (Chunk | { type: 'asset' })[] }
  return output.filter((part): part is Chunk => part.type === 'chunk')
}

const agent = await chunksOf('agent')
const coordinator = await chunksOf('coordinator')

const loaded = (chunks: readonly Chunk[]) => chunks.flatMap(({ modules }) => Object.keys(modules).map((id) => relative(packageRoot, id).replaceAll('\\', '/')))
const installed = (chunks: readonly Chunk[]) => new Set(chunks.flatMap(({ imports }) => imports).filter((name) => !isBuiltin(name) && !name.endsWith('.mjs')))

/** Each takes megabytes, and none has anything to do for an agent that waits. */
const HEAVY =
  /node_modules\/(?:@solana|litesvm|@?fastify|kysely|commander|vite|rolldown|ssh2|@grpc|protobufjs|cpu-features|systeminformation|koffi|electron|react)/

test('an idle agent has nothing in memory of the coordinator, the chain, the desktop, or of packages that it does not need', () => {
  const [entry] = agent.filter(({ isEntry }) => isEntry)
  expect(loaded(agent).length).toBeGreaterThan(100)
  expect(loaded(entry ? [entry] : []).filter((file) => HEAVY.test(file) || /^main\/(?:coordinator|chain|localnet|desktop)\//.test(file))).toEqual([])
  expect([...installed(agent)]).toEqual(['better-sqlite3'])
})

test('a coordinator has nothing in memory of the agent, the local chain, the window, or of what builds Windfall', () => {
  const foreign = /node_modules\/(?:litesvm|dockerode|systeminformation|koffi|electron|react|vite|rolldown)\/|^main\/(?:localnet|desktop|agent)\//
  expect(loaded(coordinator).length).toBeGreaterThan(300)
  expect(loaded(coordinator).filter((file) => foreign.test(file))).toEqual([])
  expect([...installed(coordinator)].toSorted()).toEqual(['better-sqlite3', 'rpc-websockets'])
})

test('what a program starts beside itself is still found by the folder of its source', () => {
  const code = agent.map((chunk) => chunk.code).join('\n')
  const folders = [...code.matchAll(/import\.meta\.dirname ?\+ ?["`]\/\.\.\/\.\.\/([^"`]+)["`]/g)].map(([, folder]) => folder)
  expect(folders).toEqual(expect.arrayContaining(['main/kernel', 'main/agent/jobs', 'main/agent/gpu']))
  expect(code.replaceAll(/import\.meta\.dirname ?\+ ?["`]/g, '')).not.toContain('import.meta.dirname')
})

test('a thread of the coordinator runs from the bundle beside it', () => {
  const code = coordinator.map((chunk) => chunk.code).join('\n')
  const threads = globSync('main/coordinator/**/*-worker.ts', { cwd: packageRoot }).map((file) => basename(file, '.ts'))
  expect(threads).toEqual(expect.arrayContaining(['planning-worker', 'challenge-worker', 'inbox-worker']))
  for (const thread of threads) {
    expect(code).toMatch(new RegExp(`["\`]\\./${thread}\\.mjs["\`], ?import\\.meta\\.url`))
    expect(coordinator.some(({ isEntry, name }) => isEntry && name === thread)).toBe(true)
  }
  expect(code).not.toMatch(/-worker\.ts["`]/)
})

test('the source of a program is kept in one byte a letter', () => {
  for (const { code } of [...agent, ...coordinator]) expect(/[\u0080-\uffff]/.test(code)).toBe(false)
  expect(agent.reduce((sum, { code }) => sum + code.length, 0)).toBeLessThan(1_500_000)
  expect(coordinator.reduce((sum, { code }) => sum + code.length, 0)).toBeLessThan(6_000_000)
})
