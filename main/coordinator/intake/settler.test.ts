import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import type { Entry, Message } from './inbox.ts'
import { type FakeInbox, createFakeInbox } from './inbox.fake.ts'
import { type InboxWriter, createInboxWriter } from './inbox-writer.ts'
import { type Rest, type Settler, createSettler } from './settler.ts'

const message = (nodeId: string, n: number): Message => ({ nodeId, digest: `${nodeId}${n}`, body: Buffer.from(`${n}`), at: 0 })
const turns = async (n = 8) => {
  for (let turn = 0; turn < n; turn += 1) await new Promise(setImmediate)
}

interface Bench {
  readonly inbox: FakeInbox
  readonly clock: ReturnType<typeof createFakeClock>
  readonly settled: string[]
  /** What settling throws, asked for each message. */
  fate: (entry: Entry) => Error | null
  /** How long settling a part of a message takes, and how many parts each message has. */
  takesMs: number
  parts: number
  busy: boolean
  readonly start: () => Promise<{ settler: Settler<string>; writer: InboxWriter; stop: () => Promise<void>; die: () => void }>
}

function createBench(): Bench {
  const inbox = createFakeInbox()
  const clock = createFakeClock()
  const bench: Bench = {
    inbox,
    clock,
    settled: [],
    fate: () => null,
    takesMs: 0,
    parts: 1,
    busy: false,
    async start() {
      const end = new AbortController()
      const life = { isOver: false }
      const alive = <T>(value: T): Promise<T> => (life.isOver ? new Promise(() => undefined) : Promise.resolve(value))
      const mortal = {
        ...inbox,
        page: async (asked: Parameters<FakeInbox['page']>[0]) => alive(await inbox.page(asked)),
        commit: async (changes: Parameters<FakeInbox['commit']>[0]) => alive(await (await alive(inbox)).commit(changes)),
      }
      const writer = createInboxWriter(mortal)
      const settle = async (entry: Entry, _isAwaited: boolean, rest: Rest) => {
        await turns(1)
        for (let part = 0; part < bench.parts; part += 1) {
          if (part > 0) await rest()
          if (bench.takesMs > 0) await clock.sleep(bench.takesMs, new AbortController().signal)
        }
        await alive(null)
        const error = bench.fate(entry)
        if (error) throw error
        bench.settled.push(entry.digest)
        return `verdict on ${entry.digest}`
      }
      const settler = createSettler({
        inbox: mortal,
        writer,
        clock,
        settle,
        isVerdict: (error): error is WindfallError => error instanceof WindfallError && !error.retry,
        mayAdopt: () => true,
        isBusy: () => bench.busy,
        onPostponed: () => undefined,
      })
      const running = settler.run(end.signal)
      const die = () => {
        life.isOver = true
      }
      return { settler, writer, stop: async () => (end.abort(), running), die }
    },
  }
  return bench
}

const send = async ({ settler, writer }: Awaited<ReturnType<Bench['start']>>, sent: Message) => settler.verdict({ ...sent, seq: await writer.append(sent) })

const later = new WindfallError('grid.unavailable', 'not measured yet')

test('whoever waits gets the verdict, again for the same message, and then nothing waits', async () => {
  const bench = createBench()
  const run = await bench.start()
  expect(await Promise.all([send(run, message('a', 1)), send(run, message('a', 1))])).toEqual(['verdict on a1', 'verdict on a1'])
  await turns()
  expect(await bench.inbox.depth()).toEqual({ messages: 0, bytes: 0 })
  expect(bench.settled).toEqual(['a1'])
})

test('a message that is sent again while it leaves gets a verdict, however often', async () => {
  const bench = createBench()
  bench.fate = () => new WindfallError('proof.lease', 'The lease has ended.')
  const run = await bench.start()
  for (let n = 0; n < 50; n += 1) {
    await expect(send(run, message('a', 1))).rejects.toMatchObject({ code: 'proof.lease' })
    await turns(n % 5)
  }
  await turns()
  expect((await bench.inbox.depth()).messages).toBe(0)
})

test('a refusal is a verdict: it is told, and the message is done', async () => {
  const bench = createBench()
  bench.fate = () => new WindfallError('proof.lease', 'The lease has ended.')
  const run = await bench.start()
  await expect(send(run, message('a', 1))).rejects.toMatchObject({ code: 'proof.lease' })
  await turns()
  expect((await bench.inbox.depth()).messages).toBe(0)
})

test('what cannot be settled yet waits with all of its node behind it, and holds no other node up', async () => {
  const bench = createBench()
  bench.fate = ({ nodeId }) => (nodeId === 'a' ? later : null)
  const run = await bench.start()
  const first = send(run, message('a', 1))
  await expect(first).rejects.toBe(later)
  const entries = [message('a', 2), message('b', 1), message('a', 3)]
  for (const entry of entries) run.settler.take({ ...entry, seq: await run.writer.append(entry) })
  await turns()
  expect(bench.settled).toEqual(['b1'])
  bench.fate = () => null
  await bench.clock.advance(10_000)
  await turns(40)
  expect(bench.settled).toEqual(['b1', 'a1', 'a2', 'a3'])
})

test('a message that is sent again is looked at at once, behind what its node sent before', async () => {
  const bench = createBench()
  bench.fate = () => later
  const run = await bench.start()
  await expect(send(run, message('a', 1))).rejects.toBe(later)
  const second = message('a', 2)
  run.settler.take({ ...second, seq: await run.writer.append(second) })
  bench.fate = () => null
  expect(await send(run, message('a', 2))).toBe('verdict on a2')
  expect(bench.settled).toEqual(['a1', 'a2'])
})

test('more than memory holds is settled all the same, each message once and in order', async () => {
  const bench = createBench()
  const run = await bench.start()
  const sent = Array.from({ length: 3_000 }, (_, n) => message(`node ${n % 7}`, n))
  await Promise.all(sent.map(async (entry) => run.settler.take({ ...entry, seq: await run.writer.append(entry) })))
  while ((await bench.inbox.depth()).messages > 0) await turns(50)
  expect(bench.settled.toSorted()).toEqual(sent.map(({ digest }) => digest).toSorted())
  for (let node = 0; node < 7; node += 1) {
    const own = bench.settled.filter((digest) => digest.startsWith(`node ${node}`))
    expect(own).toEqual(sent.map(({ digest }) => digest).filter((digest) => digest.startsWith(`node ${node}`)))
  }
})

test('while a lot arrives one is settled at a time, with a pause behind it; then all goes on', async () => {
  const bench = createBench()
  bench.busy = true
  const run = await bench.start()
  const entries = Array.from({ length: 5 }, (_, n) => message(`node ${n}`, n))
  for (const entry of entries) run.settler.take({ ...entry, seq: await run.writer.append(entry) })
  await turns(20)
  expect(bench.settled).toHaveLength(1)
  await bench.clock.advance(20)
  await turns(20)
  expect(bench.settled).toHaveLength(2)
  bench.busy = false
  await bench.clock.advance(20)
  await turns(20)
  expect(bench.settled).toHaveLength(5)
  await run.stop()
})

test('while a lot arrives, what takes long to settle is followed by a pause that is nineteen times as long, and no longer than a second', async () => {
  const bench = createBench()
  bench.busy = true
  bench.takesMs = 20
  const run = await bench.start()
  const entries = Array.from({ length: 3 }, (_, n) => message(`node ${n}`, n))
  for (const entry of entries) run.settler.take({ ...entry, seq: await run.writer.append(entry) })
  const pass = async (ms: number) => {
    await bench.clock.advance(ms)
    await turns(20)
    return bench.settled.length
  }
  await turns(20)
  expect(await pass(20)).toBe(1)
  bench.takesMs = 300
  expect(await pass(379)).toBe(1)
  await pass(1)
  expect(await pass(299)).toBe(1)
  expect(await pass(1)).toBe(2)
  bench.takesMs = 0
  expect(await pass(999)).toBe(2)
  expect(await pass(1)).toBe(3)
  await run.stop()
})

test('while a lot arrives, the parts of one message leave as much room between them as messages do, and none when it is quiet', async () => {
  const bench = createBench()
  bench.busy = true
  Object.assign(bench, { takesMs: 10, parts: 3 })
  const run = await bench.start()
  const [first, second] = [message('a', 1), message('b', 2)]
  for (const entry of [first, second]) run.settler.take({ ...entry, seq: await run.writer.append(entry) })
  const pass = async (...steps: readonly number[]) => {
    for (const ms of steps) {
      await bench.clock.advance(ms)
      await turns(20)
    }
    return bench.settled.length
  }
  await turns(20)
  expect(await pass(10, 190, 10, 190)).toBe(0)
  expect(await pass(10)).toBe(1)
  bench.busy = false
  expect(await pass(190, 10, 10, 10)).toBe(2)
  await run.stop()
})

test('one that stops lets what is under way end, and keeps nobody waiting', async () => {
  const bench = createBench()
  bench.fate = () => later
  const run = await bench.start()
  const waiting = expect(send(run, message('a', 1))).rejects.toMatchObject({ retry: true })
  await turns(2)
  await run.stop()
  await waiting
  await expect(send(run, message('b', 1))).rejects.toMatchObject({ code: 'unavailable' })
})

const Step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant('send' as const), node: fc.constantFrom('a', 'b', 'c'), waits: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('die' as const) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('break' as const), grid: fc.boolean(), disk: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('pass' as const), ms: fc.integer({ min: 100, max: 9_000 }), turns: fc.nat(5) }) },
)

test('whatever fails and however often the process dies: what was acknowledged is settled, in order, and nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const bench = createBench()
      let run = await bench.start()
      const acknowledged: string[] = []
      for (const [n, step] of steps.entries()) {
        if (step.is === 'die') {
          run.die()
          run = await bench.start()
        }
        if (step.is === 'break') {
          bench.fate = () => (step.grid ? later : null)
          bench.inbox.broken = step.disk ? new WindfallError('storage.failed', 'full') : null
        }
        if (step.is === 'pass') await bench.clock.advance(step.ms).then(() => turns(step.turns))
        if (step.is !== 'send') continue
        const sent = message(step.node, n)
        const seq = await run.writer.append(sent).catch(() => null)
        if (seq === null) continue
        acknowledged.push(sent.digest)
        if (step.waits) run.settler.verdict({ ...sent, seq }).catch(() => undefined)
        else run.settler.take({ ...sent, seq })
      }
      bench.fate = () => null
      bench.inbox.broken = null
      run.die()
      run = await bench.start()
      for (let wait = 0; wait < 200 && (await bench.inbox.depth()).messages > 0; wait += 1) {
        // A commit that failed is tried again with the next one.
        await send(run, message('z', 1_000 + wait))
        await bench.clock.advance(1_000)
        await turns(10)
      }
      for (const node of ['a', 'b', 'c']) {
        const own = acknowledged.filter((digest) => digest.startsWith(node))
        // The first time that each was settled: whoever dies may settle one again.
        expect([...new Set(bench.settled.filter((digest) => digest.startsWith(node)))]).toEqual(own)
      }
      expect((await bench.inbox.depth()).messages).toBe(0)
    }),
    { numRuns: 60 },
  )
})
