import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { JobLog } from '../../../shared/contract/job-log.ts'
import { testSpec } from '../../coordinator/test-work.fake.ts'
import { systemClock } from '../../kernel/clock.ts'
import { announce } from '../../kernel/instance-file.ts'
import { createLogText } from '../log-text.ts'
import { run } from '../run.fixture.ts'

interface Attempt {
  readonly said: readonly (readonly [from: number, text: string])[]
  readonly isOver: boolean
}

const AT = '2026-03-01T12:00:00.000Z'
let data: string
let asked: string[]
let attempts: Attempt[]
let state: string
let server: ReturnType<typeof createServer>

const job = () => ({
  jobId: 'job-1',
  state,
  reason: null,
  message: null,
  spec: testSpec(0),
  submittedAt: AT,
  updatedAt: AT,
  plan: null,
  excluded: {},
  attempts: attempts.map((_, index) => ({
    attemptId: `attempt-${index + 1}`,
    nodeId: 'n'.repeat(43),
    state: 'failed',
    startedAt: AT,
    endedAt: AT,
    reason: 'lease.expired',
  })),
  outputSha256: null,
  receiptId: null,
  priceMicroUsd: null,
})

function log(query: URLSearchParams): JobLog {
  const named = query.get('attemptId')
  const index = named === null ? attempts.length - 1 : Number(named.split('-')[1]) - 1
  const attempt = attempts[index]
  const after = Number(query.get('after'))
  const pieces = (attempt?.said ?? [])
    .filter(([from]) => from >= after)
    .map(([from, text]) => ({ from, at: AT, content: Buffer.from(text, 'latin1').toString('base64') }))
  const next = (attempt?.said ?? []).reduce((end, [from, text]) => Math.max(end, from + text.length), 0)
  return { attemptId: attempt ? `attempt-${index + 1}` : null, pieces, next, isOver: attempt?.isOver ?? false, expiresAt: state === 'completed' ? AT : null }
}

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'windfall-logs-'))
  asked = []
  attempts = [{ said: [[0, 'hello ']], isOver: false }]
  state = 'running'
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    response.end(JSON.stringify(pathname.endsWith('/log') ? log(searchParams) : job()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  announce(data, { coordinator: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: 'key' } })
})
afterEach(() => {
  vi.restoreAllMocks()
  server.closeAllConnections()
  server.close()
})

const logs = (...options: string[]) => run('job', 'logs', 'job-1', ...options, '--data', data)

test('what a job has said so far is printed as it is, and that there may be more is said beside it', async () => {
  attempts = [
    {
      said: [
        [0, 'hello '],
        [6, 'wor'],
        [20, 'ld\n'],
      ],
      isOver: false,
    },
  ]
  expect(await logs()).toEqual({
    code: 0,
    out: 'hello world\n',
    err: '(11 bytes were not kept)\nThe job is still at it; --follow stays with it.\n',
  })
  attempts = []
  expect(await logs()).toMatchObject({ out: '', err: 'Nothing was said yet: no attempt has begun.\n' })
})

test('following goes on as the job does, from one attempt to the next, until the job has ended', async () => {
  let turn = 0
  vi.spyOn(systemClock, 'sleep').mockImplementation(async () => {
    turn += 1
    if (turn === 1)
      attempts = [
        {
          said: [
            [0, 'hello '],
            [6, 'again '],
          ],
          isOver: false,
        },
      ]
    if (turn === 2)
      attempts = [
        {
          said: [
            [0, 'hello '],
            [6, 'again '],
          ],
          isOver: true,
        },
        { said: [[0, 'second ']], isOver: false },
      ]
    if (turn === 3)
      attempts = [
        { said: [], isOver: true },
        {
          said: [
            [0, 'second '],
            [7, 'end\n'],
          ],
          isOver: true,
        },
      ]
    if (turn === 3) state = 'completed'
    return true
  })
  const { out, err } = await logs('--follow', '--attempt', '1')
  expect(out).toBe('hello again second end\n')
  expect(err).toBe('(attempt 1 has ended: lease.expired; attempt 2 goes on)\nThe job is completed.\n')
})

test('as JSON every piece is a line, with its bytes and as text', async () => {
  attempts = [
    {
      said: [
        [0, 'a'],
        [1, '\xFF'],
      ],
      isOver: true,
    },
  ]
  state = 'completed'
  const { out } = await logs('--json')
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { attemptId: 'attempt-1', from: 0, at: AT, content: 'YQ==', text: 'a' },
    { attemptId: 'attempt-1', from: 1, at: AT, content: '/w==', text: '\u{FFFD}' },
  ])
})

test('an attempt there is not is refused, and a moment to begin from is passed on', async () => {
  expect(await logs('--attempt', '2')).toMatchObject({ code: 2, err: expect.stringMatching(/Job job-1 has 1 attempt so far/) })
  await logs('--since', '2026-03-01T11:00:00Z')
  expect(asked.at(-1)).toContain('since=2026-03-01T11%3A00%3A00.000Z')
  expect((await logs('--since', 'yesterday')).err).toMatch(/“yesterday” is not a time/)
})

test('a terminal is shown text that does nothing to it, and a file gets the bytes', () => {
  const bytes = Buffer.from('a\u001B[2Jb\r\nc\rd\t\u0007é')
  expect(createLogText(true)(bytes)).toBe('a\u{FFFD}[2Jb\nc\nd\t\u{FFFD}é')
  expect(createLogText(false)(bytes)).toBe(bytes)
  const cut = createLogText(true)
  expect([cut(Buffer.from([0xc3])), cut(Buffer.from([0xa9]))]).toEqual(['', 'é'])
})
