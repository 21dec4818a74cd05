/**
 * `npm run bench -- console`: how long the frames of the console take while 100,000 nodes are scrolled by wheel and by keyboard, in real Chromium over the
 * built pages. A coordinator that answers at once stands in for the network.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Route, chromium } from '@playwright/test'
import { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { grantsOf } from '../../shared/domain/permissions.ts'
import { build } from '../../main/cli/build.ts'
import { CHROMIUM_ARGS, chromiumPath } from '../support/chromium.ts'
import { type Frames, framesDuring } from '../support/frames.ts'

const NODES = 100_000
const ORIGIN = 'http://127.0.0.1:9'
const DIST = join(import.meta.dirname, '../../dist/console')
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', woff2: 'font/woff2' }

const pathOf = (name: 'whoAmI' | 'getFleetSummary' | 'listNodes'): string => coordinatorContract[name].http?.path ?? ''

/** Runs in the page before anything of it: the coordinator, without a network that would be measured, too. */
function answerInPage({ nodes, paths, may }: { nodes: number; paths: { whoAmI: string; summary: string; list: string }; may: object }): void {
  const time = new Date().toISOString()
  const nodeAt = (index: number) => ({
    nodeId: `n${String(index).padStart(42, '0')}`,
    owner: `studio-${index % 400}`,
    state: index % 97 === 0 ? 'quarantined' : 'active',
    reason: index % 97 === 0 ? '2 results unlike others' : null,
    presence: index % 11 === 0 ? 'offline' : 'online',
    running: index % 3,
    zone: ['DE', 'FR', 'GB-13', 'PL'][index % 4],
    gpus: ['RTX 4070'],
    enrolledAt: time,
    reputation: 0.98,
    lastSeenAt: time,
  })
  const answers: Record<string, (query: URLSearchParams) => unknown> = {
    [paths.whoAmI]: () => ({ kind: 'key', requesterId: null, member: null, session: null, key: { prefix: 'wf_bench', label: 'bench' }, expiresAt: null, may }),
    [paths.summary]: () => ({
      asOf: time,
      nodes,
      states: { active: nodes, probation: 0, quarantined: 0, removed: 0 },
      presence: { online: nodes, offline: 0, unknown: 0 },
      doing: { working: nodes, ready: 0, waiting: 0 },
      zones: [],
      gpus: [],
    }),
    [paths.list]: (query) => {
      const from = Number(query.get('after') ?? 0)
      const to = Math.min(nodes, from + Number(query.get('limit')))
      return { items: Array.from({ length: to - from }, (_, index) => nodeAt(from + index)), next: to < nodes ? String(to) : null }
    },
  }
  globalThis.fetch = async (address) => {
    const { pathname, searchParams } = new URL(address instanceof Request ? address.url : address, location.href)
    const made = answers[pathname]?.(searchParams)
    // The stream of changes never says anything.
    return made === undefined ? new Promise(() => {}) : Response.json(made)
  }
}

async function files(route: Route): Promise<void> {
  const { pathname } = new URL(route.request().url())
  const file = pathname === '/console/' ? 'index.html' : pathname.slice('/console/'.length)
  return route.fulfill({ body: await readFile(join(DIST, file)), contentType: TYPES[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream' })
}

const figuresOf = ({ all, worstMs, longestTaskMs }: Frames) => ({
  frames: all.length,
  longestMs: Math.round(worstMs),
  over50Ms: all.filter((ms) => ms > 50).length,
  longestTaskCpuMs: Math.round(longestTaskMs * 10) / 10,
})

await build({ only: ['console'] }, (line) => void process.stderr.write(`${line}\n`))
const browser = await chromium.launch({ executablePath: await chromiumPath(), args: CHROMIUM_ARGS })
try {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } })
  await page.route(`${ORIGIN}/**`, files)
  const paths = { whoAmI: pathOf('whoAmI'), summary: pathOf('getFleetSummary'), list: pathOf('listNodes') }
  await page.addInitScript(answerInPage, { nodes: NODES, paths, may: grantsOf(['operator']) })
  await page.goto(`${ORIGIN}/console/#key=wf_benchbench`)
  await page.goto(`${ORIGIN}/console/#/fleet`)
  await page.getByRole('button', { name: 'CSV' }).waitFor()
  const loading = Date.now()
  // A file of all rows has them all loaded first.
  await Promise.all([page.waitForEvent('download', { timeout: 300_000 }), page.getByRole('button', { name: 'CSV' }).click()])
  const loadedMs = Date.now() - loading
  process.stderr.write(`${NODES} nodes are loaded after ${loadedMs} ms.\n`)
  await page.mouse.move(600, 600)
  const wheel = await framesDuring(page, async () => {
    for (let turn = 0; turn < 200; turn++) await page.mouse.wheel(0, 1_200)
  })
  await page.evaluate(() => scrollTo(0, 0))
  const keys = await framesDuring(page, async () => {
    for (let press = 0; press < 300; press++) await page.keyboard.press('j')
  })
  const pages = await framesDuring(page, async () => {
    for (let press = 0; press < 100; press++) await page.keyboard.press('PageDown')
    await page.keyboard.press('End')
    await page.waitForTimeout(500)
    await page.keyboard.press('Home')
    await page.waitForTimeout(500)
  })
  const built = await page.locator('tbody tr[data-index]').count()
  process.stdout.write(
    `${JSON.stringify({ nodes: NODES, loadedMs, rowsBuilt: built, wheel: figuresOf(wheel), keys: figuresOf(keys), pages: figuresOf(pages) }, null, 2)}\n`,
  )
} finally {
  await browser.close()
}
