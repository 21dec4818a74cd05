import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { beforeAll, describe, expect, test, vi } from 'vitest'
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
  // A test runner's own would bring React's development build, and where each element stands in the source.
  vi.stubEnv('NODE_ENV', 'production')
  const built = await build({
    ...rendererConfig,
    configFile: false,
    logLevel: 'silent',
    build: { ...rendererConfig.build, write: false, sourcemap: false },
  })
  vi.unstubAllEnvs()
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
const entry = (): string => /src="\.\/(assets\/index-[^"]+\.js)"/.exec(html)?.[1] ?? ''
/** What chooses the language, and then the window that is written in it. */
const first = (): ReadonlySet<string> =>
  withImports([...pieces.keys()].find((name) => name.startsWith('assets/open-app-') && name.endsWith('.js')) ?? '', new Set(withImports(entry())))

describe('what is loaded', () => {
  test('the window opens with at most 550 kB of code, 170 kB on the wire', () => {
    const code = textOf(first())
    expect(code.length).toBeGreaterThan(100_000)
    expect(code.length).toBeLessThanOrEqual(550_000)
    expect(gzipSync(code).length).toBeLessThanOrEqual(170_000)
  })

  test('the texts of a language come only to who reads it', () => {
    const languages = [...pieces.keys()].filter((name) => /\/(de|fr)-[^/]+\.js$/.test(name))
    expect(languages).toHaveLength(2)
    expect(languages.filter((name) => first().has(name))).toEqual([])
  })

  test('every page but Home comes when it is opened, with at most 120 kB', () => {
    const pages = [...pieces.values()].filter(({ isPage }) => isPage)
    expect(pages.map(({ name }) => name.replace(/^assets\/(.+)-page-.*/, '$1')).toSorted()).toEqual([
      'day',
      'diagnostics',
      'earning',
      'earnings',
      'grid',
      'job',
      'jobs',
      'machine',
      'onboarding',
      'opened-receipt',
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

test('what a page loads later, such as the map, comes in pieces of at most 120 kB', () => {
  // A language is as long as its texts; it comes once, to who reads it.
  const later = [...pieces.keys()].filter((name) => name.endsWith('.js') && !first().has(name) && !/\/(de|fr)-/.test(name))
  expect(later.some((name) => name.includes('zone-map'))).toBe(true)
  expect(later.some((name) => name.includes('countries-110m'))).toBe(true)
  expect(later.filter((name) => textOf([name]).length > 120_000)).toEqual([])
})

test('the order of style layers is given before any layer is filled', () => {
  const sheets = [...html.matchAll(/<link [^>]*rel="stylesheet"[^>]*href="([^"]+)"/g)].map(([, href]) => href)
  expect(sheets[0]).toBe('./layers.css')
  expect(sheets.length).toBeGreaterThan(1)
})
