import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { beforeAll, describe, expect, test } from 'vitest'
import { rendererConfig } from './vite.config.ts'

interface Piece {
  readonly name: string
  readonly text: string
  /** Chunks this one cannot run without. */
  readonly imports: readonly string[]
  readonly isPage: boolean
}

let pieces: ReadonlyMap<string, Piece>
let html = ''

beforeAll(async () => {
  // A test runner's NODE_ENV would bring React's development build.
  const define = { 'process.env.NODE_ENV': '"production"' }
  const built = await build({
    ...rendererConfig,
    define,
    configFile: false,
    logLevel: 'silent',
    build: { ...rendererConfig.build, write: false, sourcemap: false },
  })
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((made) => ('output' in made ? made.output : []))
  pieces = new Map(
    outputs.map((made) => [
      made.fileName,
      made.type === 'chunk'
        ? { name: made.fileName, text: made.code, imports: made.imports, isPage: made.isDynamicEntry && made.fileName.includes('-page') }
        : { name: made.fileName, text: made.fileName.endsWith('.woff2') ? '' : String(made.source), imports: [], isPage: false },
    ]),
  )
  html = pieces.get('index.html')?.text ?? ''
})

/** A chunk with everything it cannot run without. */
function withImports(name: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(name)) return known
  known.add(name)
  for (const next of pieces.get(name)?.imports ?? []) withImports(next, known)
  return known
}
const textOf = (names: Iterable<string>): string => [...names].map((name) => pieces.get(name)?.text ?? '').join('')
const first = (): ReadonlySet<string> => withImports(/src="\.\/(assets\/index-[^"]+\.js)"/.exec(html)?.[1] ?? '')

describe('what is loaded', () => {
  test('the window opens with at most 550 kB of code, 170 kB on the wire', () => {
    const code = textOf(first())
    expect(code.length).toBeGreaterThan(100_000)
    expect(code.length).toBeLessThanOrEqual(550_000)
    expect(gzipSync(code).length).toBeLessThanOrEqual(170_000)
  })

  test('every page but Home comes when it is opened, with at most 120 kB', () => {
    const pages = [...pieces.values()].filter(({ isPage }) => isPage)
    expect(pages.map(({ name }) => name.replace(/^assets\/(.+)-page-.*/, '$1')).toSorted()).toEqual([
      'day',
      'earning',
      'earnings',
      'grid',
      'job',
      'jobs',
      'machine',
      'payout',
      'payouts',
      'receipt',
      'receipts',
      'settings',
      'statement',
    ])
    for (const { name } of pages) expect(textOf(withImports(name).difference(first())).length, name).toBeLessThanOrEqual(120_000)
  })
})

test('the order of style layers is given before any layer is filled', () => {
  const sheets = [...html.matchAll(/<link [^>]*rel="stylesheet"[^>]*href="([^"]+)"/g)].map(([, href]) => href)
  expect(sheets[0]).toBe('./layers.css')
  expect(sheets.length).toBeGreaterThan(1)
})
