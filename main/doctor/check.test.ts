import { expect, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { type Check, examine, fail, ok, single } from './check.ts'
import { diagnose } from './diagnose.ts'
import { checkGroups } from './groups.ts'
import { examineOne, fakeMachine } from './machine.fixture.ts'
import { RUNNING_CHECKS } from './running.ts'

const signal = new AbortController().signal
const never = () => new Promise<never>(() => undefined)

test('a check that breaks is a finding', async () => {
  const checks = [single('bad', () => Promise.reject(new Error('it broke')))]
  expect(await examineOne(checks, 'bad', fakeMachine())).toEqual({ code: 'bad', verdict: 'fail', evidence: 'it broke', fix: expect.stringContaining('report') })
})

test('a check that throws before it begins is a finding as well', async () => {
  const broken = single('bad', () => {
    throw new Error('it broke at once')
  })
  expect(await examineOne([broken], 'bad', fakeMachine())).toMatchObject({ verdict: 'fail', evidence: 'it broke at once' })
})

test('a check that hangs is a finding once its time is up, and holds up nobody', async () => {
  const clock = createFakeClock()
  const checks: Check[] = [
    { code: 'slow', look: never },
    { code: 'patient', limitMs: 50_000, look: never },
    { code: 'quick', look: async () => [ok('at once')] },
  ]
  const heard: string[] = []
  const running = examine(checks, fakeMachine({ clock }), { signal, done: (code) => heard.push(code) })
  await clock.advance(19_999)
  expect(heard).toEqual(['quick'])
  await clock.advance(1)
  expect(heard).toEqual(['quick', 'slow'])
  await clock.advance(30_000)
  expect((await running).map(({ code, evidence }) => [code, evidence])).toEqual([
    ['slow', 'no answer within 20 s'],
    ['patient', 'no answer within 50 s'],
    ['quick', 'at once'],
  ])
})

test('an interruption ends everything at once', async () => {
  const stop = new AbortController()
  const running = examine([{ code: 'slow', look: never }], fakeMachine({ clock: createFakeClock() }), { signal: stop.signal })
  stop.abort()
  expect(await running).toEqual([{ code: 'slow', verdict: 'skipped', evidence: 'was interrupted', fix: null }])
})

test('while it looks it says at what', async () => {
  const clock = createFakeClock()
  const groups = [{ title: 'One', checks: [{ code: 'slow', look: never }, single('quick', () => ok('x'))] }]
  const said: string[] = []
  const running = diagnose({ groups, machine: fakeMachine({ clock }), say: (line) => said.push(line), anonymous: (text) => text }, signal)
  await clock.advance(9_000)
  expect(said).toEqual(['Looking at this machine: 2 checks, less than a minute…', 'Still looking at slow…', 'Still looking at slow…'])
  await clock.advance(20_000)
  const after = said.length
  expect((await running)[0]?.results).toHaveLength(2)
  await clock.advance(60_000)
  expect(said).toHaveLength(after)
})

const anonymous = (text: string) => text.replaceAll('alice', 'somebody')

test('names are taken out of evidence and fix alike', async () => {
  const groups = [{ title: 'One', checks: [single('a', () => fail('seen by alice', 'ask alice'))] }]
  const [group] = await diagnose({ groups, machine: fakeMachine(), say: () => undefined, anonymous }, signal)
  expect(group?.results).toEqual([{ code: 'a', verdict: 'fail', evidence: 'seen by somebody', fix: 'ask somebody' }])
})

test('there are enough checks, each with a name of its own, and none may take a minute', () => {
  const checks = checkGroups({ startsNode: true, program: [], running: RUNNING_CHECKS }).flatMap((group) => group.checks)
  const codes = checks.map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
  expect(codes.length).toBeGreaterThanOrEqual(40)
  for (const { code, limitMs = 20_000 } of checks) {
    expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/)
    expect(limitMs, code).toBeLessThanOrEqual(50_000)
  }
})
