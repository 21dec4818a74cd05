import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testAgent } from './docker-agent.fixture.ts'
import { dockerDeps, newHome } from './docker.fixture.ts'

const agent = testAgent('resume')

/** Counts up, from where the last checkpoint was, one a tenth of a second; saves each time, in one move. */
const COUNTER = `
  i=$(cat /job/ckpt/n 2> /dev/null || echo 0); echo "from $i"
  while [ $i -lt 1000000 ]; do i=$((i+1)); echo $i > /job/ckpt/n.part; mv /job/ckpt/n.part /job/ckpt/n; echo "at $i"; sleep 0.1; done`

async function runFor(home: string, { jobId, lines: wanted, script = COUNTER, reason = 'owner-present', graceMs = 0 }: RunFor) {
  const stop = new AbortController()
  const lines: string[] = []
  const onLog = (line: string) => {
    lines.push(line)
    if (lines.length === wanted || line === wanted) stop.abort(reason)
  }
  const runtime = agent.runtime({ home, graceMs: () => graceMs })
  const result = await runtime.run(agent.request(script, { jobId, checkpoints: true }), { onStarted: () => undefined, onLog }, stop.signal)
  return { lines, result }
}

interface RunFor {
  readonly jobId: string
  /** How many lines it may say before it is stopped, or the line at which it is. */
  readonly lines: number | string
  readonly script?: string
  readonly reason?: string
  readonly graceMs?: number
}

const countIn = (line: string | undefined): number => Number(/\d+/.exec(line ?? '')?.[0])

test('a job that is killed at any moment loses no more than the step it was in', async () => {
  const home = newHome()
  let reached = 0
  for (const lines of [4, 9, 2, 7]) {
    const run = await runFor(home, { jobId: 'counter', lines })
    expect(run.result.end).toBe('stopped')
    expect(run.lines[0]).toBe(`from ${countIn(run.lines[0])}`)
    // It saves before it speaks, so what it said is saved.
    expect(countIn(run.lines[0])).toBeGreaterThanOrEqual(reached)
    reached = countIn(run.lines.at(-1))
  }
})

test('a job saves in its grace, and another job does not see it', async () => {
  const home = newHome()
  const script = 'trap "echo late > /job/ckpt/n; exit 0" TERM; cat /job/ckpt/n; echo ready; while true; do sleep 0.05; done'
  await runFor(home, { jobId: 'a', lines: 1, script, graceMs: 1_500 })
  const again = await runFor(home, { jobId: 'a', lines: 2, script, graceMs: 1_500 })
  expect(again.lines).toContain('late')
  expect((await runFor(home, { jobId: 'b', lines: 1, script: 'ls /job/ckpt; echo end; sleep 60' })).lines).toEqual(['end'])
})

test('what is cancelled or ends is forgotten', async () => {
  const home = newHome()
  await runFor(home, { jobId: 'x', lines: 3 })
  await runFor(home, { jobId: 'x', lines: 3, reason: 'cancelled' })
  expect((await runFor(home, { jobId: 'x', lines: 2 })).lines[0]).toBe('from 0')
  const done = await runFor(home, { jobId: 'x', lines: -1, script: 'cat /job/ckpt/n; true > /job/out/result' })
  // It may have come further before it was stopped than the line that stopped it.
  expect(done).toMatchObject({ lines: [expect.stringMatching(/^[1-9]\d*$/)], result: { end: 'exited' } })
  expect((await runFor(home, { jobId: 'x', lines: 2 })).lines[0]).toBe('from 0')
})

test('of a checkpoint only plain files are kept, and one that was changed here is not given back', async () => {
  const home = newHome()
  const script =
    'ls -A /job/ckpt /job/ckpt/deep; mkdir -p /job/ckpt/deep; echo x > /job/ckpt/deep/file; ln -s /etc/passwd /job/ckpt/link; mkfifo /job/ckpt/pipe; echo ready; sleep 60'
  const first = await runFor(home, { jobId: 'links', lines: 'ready', script })
  expect(first.lines).toContain('ready')
  const again = await runFor(home, { jobId: 'links', lines: 'ready', script })
  expect(again.lines).toContain('file')
  expect(again.lines).not.toContain('link')
  expect(again.lines).not.toContain('pipe')
  const [file = ''] = readdirSync(join(home, 'checkpoints'))
  const path = join(home, 'checkpoints', file)
  writeFileSync(path, Buffer.concat([readFileSync(path).subarray(0, -1), Buffer.from('!')]))
  expect(await dockerDeps(agent.agentId, { home }).checkpoints.open('links')).toBeNull()
})
