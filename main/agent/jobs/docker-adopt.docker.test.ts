import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { systemClock } from '../../kernel/clock.ts'
import { epochMs } from '../../../shared/units.ts'
import { AGENT_LABEL, attemptName } from './container-spec.ts'
import { testAgent } from './docker-agent.fixture.ts'
import { LIMITS, NEVER, dockerDeps, engine, newHome, runtimeOf } from './docker.fixture.ts'
import { tarOf } from './image.fixture.ts'
import type { RunHooks } from './runtime.ts'

const agent = testAgent('adopt')
/** As its first process asked for it. */
const requestOf = (attemptId: string, script = '') => agent.request(script, { attemptId })

const savedBy = async (attemptId: string, home: string) => (await dockerDeps(agent.agentId, { home }).checkpoints.exportCheckpoint(attemptId))?.files

/** An agent in a process of its own, killed as soon as its jobs have run for a moment. */
async function crashWith(attemptIds: readonly string[], home: string, script: string): Promise<void> {
  const file = fileURLToPath(new URL('./docker-crash.fixture.ts', import.meta.url))
  const child = spawn(process.execPath, [file, agent.agentId, attemptIds.join(), agent.image(), home, script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown]
  expect(String(said)).toContain('started')
  await delay(600)
  child.kill('SIGKILL')
  await once(child, 'close')
}

async function crash(home: string, script: string): Promise<string> {
  const { attemptId } = agent.request(script)
  await crashWith([attemptId], home, script)
  return attemptId
}

function hooks() {
  const lines: string[] = []
  const heard: RunHooks & { readonly lines: string[]; starts: number } = {
    lines,
    starts: 0,
    onStarted: () => (heard.starts += 1),
    onLog: (line) => lines.push(line),
  }
  return heard
}

test('a job that outlived its agent is adopted: its output goes on, its result counts', async () => {
  const home = newHome()
  const attemptId = await crash(home, 'echo early; sleep 2; echo late; printf done > /job/out/result')
  const heard = hooks()
  const result = await agent.runtime({ home }).adopt(requestOf(attemptId), heard, NEVER)
  expect(result).toMatchObject({ end: 'exited', exitCode: 0 })
  expect(Buffer.from(result?.output ?? []).toString()).toBe('done')
  expect(heard.lines).toEqual(['late'])
  expect(heard.starts).toBe(1)
  expect(await engine.inspectContainer(attemptName(attemptId), NEVER)).toBeNull()
})

test('two jobs that outlived their agent are both adopted: one ends by itself, the other gives way alone, and a sweep leaves both be', async () => {
  const home = newHome()
  const [ends, stays] = [agent.request('').attemptId, agent.request('').attemptId]
  await crashWith([ends, stays], home, 'echo 7 > /job/ckpt/n; while [ ! -e /job/ckpt/end ]; do sleep 0.1; done; printf done > /job/out/result')
  const survivor = agent.runtime({ home })
  const [told, stop] = [hooks(), new AbortController()]
  const both = [survivor.adopt(requestOf(ends), told, NEVER), survivor.adopt(requestOf(stays), told, stop.signal)] as const
  while (told.starts < 2) await delay(20)
  expect(await survivor.sweep([], NEVER)).toEqual([])
  await engine.upload(attemptName(ends), Readable.from(await tarOf({ 'ckpt/end': { content: Buffer.from('now') } })), '/job')
  expect(await both[0]).toMatchObject({ end: 'exited', exitCode: 0 })
  expect(await engine.inspectContainer(attemptName(stays), NEVER)).toMatchObject({ state: 'running' })
  stop.abort('owner-present')
  expect(await both[1]).toMatchObject({ end: 'stopped' })
  expect(await savedBy(stays, home)).toMatchObject([{ path: 'n' }])
  expect(await savedBy(ends, home)).toBeUndefined()
})

test('an adopted job that was frozen goes on, and gives way to its owner as any other', async () => {
  const home = newHome()
  const attemptId = await crash(home, 'i=0; while true; do i=$((i+1)); echo $i > /job/ckpt/n; echo $i; sleep 0.1; done')
  await engine.freeze(attemptName(attemptId))
  const stop = new AbortController()
  const lines: string[] = []
  const onLog = (line: string) => void (lines.push(line) === 3 && stop.abort('owner-present'))
  const result = await agent.runtime({ home }).adopt(requestOf(attemptId), { onStarted: () => undefined, onLog }, stop.signal)
  expect(result?.end).toBe('stopped')
  expect(await savedBy(attemptId, home)).toMatchObject([{ path: 'n' }])
})

test.each([
  ['ended out of sight, longer ago than can be measured', 'sleep 2; printf done > /job/out/result', 'ended', 10_000],
  ['is past its deadline', 'sleep 600', 'running', LIMITS.wallSeconds * 1_000],
])('a job that %s is not adopted; it is swept, with what it saved kept', async (_what, script, state, later) => {
  const home = newHome()
  const attemptId = await crash(home, `echo 7 > /job/ckpt/n; ${script}`)
  while ((await engine.inspectContainer(attemptName(attemptId), NEVER))?.state !== state) await delay(50)
  const clock = { ...systemClock, now: () => epochMs(systemClock.now() + later) }
  const survivor = agent.runtime({ home, clock })
  const heard = hooks()
  expect(await survivor.adopt(requestOf(attemptId), heard, NEVER)).toBeNull()
  expect(heard.starts).toBe(0)
  expect(await survivor.sweep([], NEVER)).toEqual([attemptId])
  expect(await savedBy(attemptId, home)).toMatchObject([{ path: 'n', bytes: 2 }])
})

test('nothing that only looks like ours is adopted', async () => {
  const home = newHome()
  const attemptId = await crash(home, 'sleep 600')
  const journalOfAnother = agent.runtime()
  expect(await journalOfAnother.adopt(requestOf(attemptId), hooks(), NEVER)).toBeNull()
  expect(await journalOfAnother.sweep([attemptId], NEVER)).toEqual([])
  const anotherAgent = runtimeOf(`${agent.agentId}-other`, { home })
  expect(await anotherAgent.adopt(requestOf(attemptId), hooks(), NEVER)).toBeNull()
  expect(await engine.inspectContainer(attemptName(attemptId), NEVER)).toMatchObject({ state: 'running' })
  expect(await agent.runtime({ home }).sweep([], NEVER)).toEqual([attemptId])
})

test('what cannot be removed while the engine is away is removed when it is back', async () => {
  const home = newHome()
  let isAway = false
  const flaky = {
    ...engine,
    list: (...args: Parameters<typeof engine.list>) => (isAway ? Promise.reject(new Error('the engine is away')) : engine.list(...args)),
  }
  const runtime = agent.runtime({ home, engine: flaky })
  const request = agent.request('printf done > /job/out/result')
  const { attemptId } = request
  const onStarted = () => void (isAway = true)
  const result = await runtime.run(request, { onStarted, onLog: () => undefined }, NEVER)
  expect(result.end).toBe('exited')
  expect(await engine.inspectContainer(attemptName(attemptId), NEVER)).not.toBeNull()
  const stop = new AbortController()
  const hurried = { ...systemClock, sleep: (ms: number, signal: AbortSignal) => systemClock.sleep(ms / 20, signal) }
  const upkeep = agent.runtime({ home, engine: flaky, clock: hurried }).upkeep(stop.signal)
  await delay(400)
  expect(await engine.inspectContainer(attemptName(attemptId), NEVER)).not.toBeNull()
  isAway = false
  while ((await engine.list(`${AGENT_LABEL}=${agent.agentId}`, NEVER)).length > 0) await delay(50)
  stop.abort()
  await upkeep
})
