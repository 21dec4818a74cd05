import { mkdtempSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../kernel/paths.ts'
import { agentBundle } from './agent-bundle.ts'

interface Chunk {
  readonly type: 'chunk'
  readonly code: string
  readonly imports: readonly string[]
  readonly modules: Readonly<Record<string, unknown>>
  readonly isEntry: boolean
}

let entry: Chunk
const outDir = mkdtempSync(join(packageRoot, 'dist', 'agent-test-'))
beforeAll(async () => {
  const config = agentBundle(outDir)
  const built = await build({ ...config, configFile: false, logLevel: 'silent', build: { ...config.build, write: false } })
  const { output } = (Array.isArray(built) ? built[0] : built) as unknown as { output: readonly (Chunk | { type: 'asset' })[] }
  const found = output.find((part): part is Chunk => part.type === 'chunk' && part.isEntry)
  if (!found) throw new Error('the bundle has no entry')
  entry = found
})
afterAll(() => rmSync(outDir, { recursive: true, force: true }))

const loaded = () => Object.keys(entry.modules).map((id) => relative(packageRoot, id).replaceAll('\\', '/'))
/** Each takes megabytes, and none has anything to do for an agent that waits. */
const HEAVY =
  /node_modules\/(?:@solana|litesvm|@?fastify|kysely|commander|vite|rolldown|ssh2|@grpc|protobufjs|cpu-features|systeminformation|koffi|electron|react)/

test('an idle agent has nothing in memory of the coordinator, the chain, the desktop, or of packages that it does not need', () => {
  expect(loaded().length).toBeGreaterThan(100)
  expect(loaded().filter((file) => HEAVY.test(file) || /^main\/(?:coordinator|chain|localnet|desktop)\//.test(file))).toEqual([])
  expect(entry.imports.filter((name) => !name.startsWith('node:'))).toEqual(['better-sqlite3'])
})

test('what it starts beside itself is still found by the folder of its source', () => {
  const folders = [...entry.code.matchAll(/import\.meta\.dirname \+ "\/\.\.\/\.\.\/([^"]+)"/g)].map(([, folder]) => folder)
  expect(folders).toEqual(expect.arrayContaining(['main/kernel', 'main/agent/jobs', 'main/agent/gpu']))
  expect(entry.code.replaceAll(/import\.meta\.dirname \+ "/g, '')).not.toContain('import.meta.dirname')
})

test('its source is kept in one byte a letter', () => {
  expect(/[\u0080-\uffff]/.test(entry.code)).toBe(false)
  expect(entry.code.length).toBeLessThan(2_500_000)
})
