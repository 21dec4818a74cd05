import { expect, test } from 'vitest'
import { epochMs } from '../../../shared/units.ts'
import { systemClock } from '../../kernel/clock.ts'
import { AGENT_LABEL, attemptName } from './container-spec.ts'
import { createDockerEngine } from './docker.ts'
import { dockerDeps, newHome, runtimeOf } from './docker.fixture.ts'
import { seeGpuInside } from './gpu-inside.ts'
import { lookInside } from './inside-container.ts'
import { CONTAINMENT_QUESTIONS, escapesIn, textOf } from './inside-report.ts'

const engine = createDockerEngine()
const signal = new AbortController().signal
const deps = { engine, clock: systemClock, agentId: `look-test-${process.pid}` }
const left = () => engine.list(`${AGENT_LABEL}=${deps.agentId}`, signal)

test('the container that jobs get holds, by the word of a program inside it', async () => {
  const answers = await lookInside(deps, { questions: [...CONTAINMENT_QUESTIONS, 'w/job/out/result', 'w/tmp/file'], gpuUuids: [] }, signal)
  expect(escapesIn(answers)).toEqual([])
  expect(answers.get('w/open/file')).toEqual({ errno: 30 })
  expect(answers.get('m/tmp')).toEqual({ errno: 1 })
  expect(textOf(answers, 'w/tmp/file')).toBe('done')
  expect(await left()).toEqual([])
})

test('a container that may do more is found out', async () => {
  const open = {
    ...engine,
    createContainer: (name: string, spec: Parameters<typeof engine.createContainer>[1]) =>
      engine.createContainer(name, {
        ...spec,
        User: '0:0',
        NetworkDisabled: false,
        HostConfig: { ...spec.HostConfig, NetworkMode: 'bridge', ReadonlyRootfs: false, CapDrop: [], SecurityOpt: ['seccomp=unconfined'] },
      }),
  }
  const escapes = escapesIn(await lookInside({ ...deps, engine: open }, { questions: CONTAINMENT_QUESTIONS, gpuUuids: [] }, signal))
  for (const finding of [
    'it runs as user 0',
    'it has capabilities',
    'NoNewPrivs',
    'no seccomp',
    'it sees the network (eth0)',
    'a way to the network',
    'it may write to /open/file',
  ])
    expect(escapes.join('; ')).toContain(finding)
  expect(await left()).toEqual([])
})

test('a look that is interrupted leaves nothing behind', async () => {
  const stop = new AbortController()
  const slow = { ...engine, waitForExit: async () => Promise.reject(new Error('the engine went away')) }
  await expect(lookInside({ ...deps, engine: slow }, { questions: ['l/dev'], gpuUuids: [] }, stop.signal)).rejects.toThrow('the engine went away')
  expect(await left()).toEqual([])
})

test('a GPU that this machine cannot hand to a container is not seen, with the engine’s reason', async () => {
  const seen = await seeGpuInside(deps, ['GPU-00000000-0000-0000-0000-000000000000'], signal)
  expect(seen).toMatchObject({ seen: false, reason: expect.stringMatching(/GPU|gpu|cdi|nvidia/i) })
  expect(await left()).toEqual([])
})

test('a look whose agent died in the middle of it is swept, but not while it may be under way', async () => {
  const home = newHome()
  const parts = dockerDeps(deps.agentId, { home })
  // Who is dead removes nothing.
  const dying = { ...engine, waitForExit: () => Promise.reject(new Error('killed')), remove: () => Promise.reject(new Error('killed')) }
  await expect(lookInside({ ...deps, engine: dying, journal: parts.journal }, { questions: ['l/dev'], gpuUuids: [] }, signal)).rejects.toThrow('killed')
  const [look] = parts.journal.all()
  const image = (await engine.inspectContainer(attemptName(look?.attemptId ?? ''), signal))?.imageId ?? ''
  expect((await left()).map(({ kind }) => kind).toSorted()).toEqual(['container', 'volume'])
  expect(await runtimeOf(deps.agentId, { home }).sweep([], signal)).toEqual([])
  const clock = { ...systemClock, now: () => epochMs(systemClock.now() + 180_000) }
  expect(await runtimeOf(deps.agentId, { home, clock }).sweep([], signal)).toHaveLength(1)
  expect(await left()).toEqual([])
  expect(parts.journal.all()).toEqual([])
  await engine.removeImage(image)
})

test('a look that ends leaves nothing to sweep', async () => {
  const { journal } = dockerDeps(deps.agentId)
  await lookInside({ ...deps, journal }, { questions: ['l/dev'], gpuUuids: [] }, signal)
  expect(journal.all()).toEqual([])
})
