import { mkdtempSync, rmSync } from 'node:fs'
import { homedir, hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { run } from '../run.fixture.ts'
import { listOurs } from '../../doctor/engine-leftovers.ts'
import { lookAtEngine } from '../../doctor/engine-look.ts'

const signal = new AbortController().signal
const data = mkdtempSync(join(tmpdir(), 'doctor-run-'))
afterAll(() => rmSync(data, { recursive: true, force: true }))

const Answer = z.strictObject({
  checks: z.array(
    z.strictObject({
      code: z.string().regex(/^[a-z-]+$/),
      verdict: z.enum(['ok', 'warn', 'fail', 'skipped']),
      evidence: z.string().min(1),
      fix: z.string().min(1).nullable(),
    }),
  ),
})

/** What a look leaves on the engine while it lasts, by kind and name. */
const looksOnEngine = async (): Promise<readonly string[]> => {
  const { found } = await lookAtEngine({}, signal)
  const ours = found ? await listOurs(found.candidate.address, signal) : []
  return ours.filter(({ kind, name }) => kind === 'image' || name.startsWith('windfall-look-')).map(({ kind, name }) => `${kind} ${name}`)
}

test('the whole examination of this machine, as JSON and for people, in under a minute, leaving nothing behind', async () => {
  const before = new Set(await looksOnEngine())
  const began = performance.now()
  const { out, err, code } = await run('doctor', '--json', '--data', data)
  expect(performance.now() - began).toBeLessThan(60_000)
  const { checks } = Answer.parse(JSON.parse(out))
  expect(new Set(checks.map((check) => check.code)).size).toBeGreaterThanOrEqual(24)
  expect(checks.filter(({ verdict, fix }) => (verdict === 'warn' || verdict === 'fail') && fix === null)).toEqual([])
  expect(checks.find((check) => check.code === 'sandbox-escape')).toMatchObject({ verdict: 'ok' })
  expect(checks.find((check) => check.code === 'docker')).toMatchObject({ verdict: 'ok' })
  expect(code).toBe(checks.some(({ verdict }) => verdict === 'fail') ? 1 : 0)
  expect(err).toMatch(/^Looking at this machine: \d+ checks/)
  // What somebody's agent left there, whose process died, is its own to remove.
  expect((await looksOnEngine()).filter((look) => !before.has(look))).toEqual([])
})

test('the report a person reads fits 80 columns, has no colour, and names neither machine nor user', async () => {
  const { out } = await run('doctor', '--data', data)
  // A path or an address stays whole, so that it can be copied.
  const tooWide = out.split('\n').filter((line) => line.length > 80 && line.trim().split(' ').length > 2)
  expect(tooWide).toEqual([])
  expect(out).not.toContain('\u001B')
  expect(out).toMatch(/\n\d+ findings in \d+\.\d s: /)
  expect(out).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i)
  for (const name of [hostname(), userInfo().username, homedir()].filter((text) => !['root', 'vm', 'localhost', '/'].includes(text)))
    expect(out).not.toMatch(new RegExp(`(?<![\\w-])${name}(?![\\w-])`))
})
