import { expect, test } from 'vitest'
import { grantsOf } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { type Asker, MOST, createChanges } from './changes.ts'
import type { Change } from './topics.ts'
import { readable, topicsFor, topicsOf } from './topics.ts'

const asker = (role: 'requester' | 'operator' | 'viewer', account: string | null = 'ada'): Asker => ({
  account,
  grants: grantsOf([role]),
  person: account ?? 'nobody',
})

test('of what is somebody’s only they are told, and whoever reads everybody’s', () => {
  const changes: Change[] = [
    { topic: 'jobs', account: 'ada' },
    { topic: 'receipts', account: 'bob' },
    { topic: 'nodes', account: null },
    { topic: 'zones', account: null },
    { topic: 'acts', account: null },
  ]
  expect(topicsFor(asker('requester'), changes)).toEqual(['jobs', 'zones'])
  expect(topicsFor(asker('requester', 'bob'), changes)).toEqual(['zones', 'receipts'])
  expect(topicsFor(asker('requester', null), changes)).toEqual(['zones'])
  expect(topicsFor(asker('operator'), changes)).toEqual(['jobs', 'nodes', 'zones', 'receipts', 'acts'])
  expect(readable(asker('requester'))).not.toContain('nodes')
})

test('a decision is news of its subject, and of the list of decisions', () => {
  expect(topicsOf('job.completed')).toEqual(['decisions', 'jobs'])
  expect(topicsOf('node.quarantined')).toEqual(['decisions', 'nodes'])
  expect(topicsOf('something.new')).toEqual(['decisions'])
})

const EMPTY = { decision: 0, receipt: 0, booked: 0, act: 0, grid: 0, payouts: '' }

function start() {
  const clock = createFakeClock(0)
  const [quiet, stop] = [new AbortController(), new AbortController()]
  const state = { changes: [] as Change[], reads: 0, presence: 0, failures: [] as unknown[] }
  const changes = createChanges({
    clock,
    read: async () => {
      state.reads += 1
      return { changes: state.changes.splice(0), position: EMPTY }
    },
    presence: () => state.presence,
    quiet: quiet.signal,
    chance: () => 0,
    onFailure: (error) => state.failures.push(error),
  })
  const running = changes.run(stop.signal)
  const listen = (who: Asker = asker('operator'), recheck: () => Promise<Asker> = async () => who) => {
    const heard = { text: '', isOver: false, unread: 0 }
    const line = { write: (text: string) => void (heard.text += text), unreadBytes: () => heard.unread, end: () => void (heard.isOver = true) }
    return { heard, leave: changes.listen(who, line, recheck) }
  }
  const tick = async (times = 1): Promise<void> => {
    for (let n = 0; n < times; n++) await clock.advance(2_000)
  }
  return { clock, quiet, stop, state, changes, listen, tick, running }
}

const topicsIn = (text: string): unknown[] => [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => (JSON.parse(data) as { topics: unknown }).topics)

test('whoever comes is told to look at everything, then of what changes, and is kept awake', async () => {
  const { listen, state, tick, stop, running } = start()
  const { heard } = listen(asker('requester'))
  expect(heard.text).toMatch(/^retry: 2000\n\nid: 1\nevent: changed\ndata: /)
  await tick()
  heard.text = ''
  state.changes = [{ topic: 'jobs', account: 'ada' }]
  await tick()
  expect(topicsIn(heard.text)).toEqual([['jobs']])
  heard.text = ''
  await tick(8)
  expect(heard.text).toMatch(/^: still here\n\n/)
  expect(topicsIn(heard.text)).toEqual([])
  stop.abort()
  await running
  expect(heard.isOver).toBe(true)
})

test('the database is asked once for all who listen, and not at all while nobody does', async () => {
  const { listen, state, tick, stop, running } = start()
  await tick(3)
  expect(state.reads).toBe(0)
  const [one, other] = [listen(), listen(asker('viewer', 'bob'))]
  await tick(2)
  const reads = state.reads
  expect(reads).toBeLessThanOrEqual(3)
  state.presence = 1
  await tick()
  expect(topicsIn(one.heard.text).at(-1)).toEqual(['nodes'])
  one.leave()
  other.leave()
  await tick(5)
  expect(state.reads).toBeLessThanOrEqual(reads + 2)
  stop.abort()
  await running
})

test('nobody learns from the numbers of their notices how much happens elsewhere', async () => {
  const { listen, state, tick, stop, running } = start()
  const busy = listen(asker('operator'))
  for (let n = 0; n < 5; n++) {
    state.changes = [{ topic: 'jobs', account: 'bob' }]
    await tick()
  }
  const { heard } = listen(asker('requester'))
  state.changes = [{ topic: 'jobs', account: 'ada' }]
  await tick()
  expect([...heard.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual(['1', '2'])
  expect(busy.heard.text).toContain('id: 7')
  stop.abort()
  await running
})

test('a line ends within ten seconds of the session that it is of, and one that loses rights hears less', async () => {
  const { listen, state, tick, stop, running } = start()
  let isOver = false
  const left = listen(asker('operator'), async () => {
    if (isOver) throw new WindfallError('auth.required', 'This session has ended.')
    return asker('operator')
  })
  const lessened = listen(asker('operator', 'eve'), async () => ({ ...asker('operator', 'eve'), grants: { 'self.read': 'own' } }))
  const away = listen(asker('operator', 'ida'), () => Promise.reject(new WindfallError('storage.unavailable', 'The database is away.')))
  await tick(4)
  isOver = true
  await tick(5)
  expect([left.heard.isOver, lessened.heard.isOver, away.heard.isOver]).toEqual([true, false, false])
  lessened.heard.text = ''
  state.changes = [{ topic: 'jobs', account: 'eve' }]
  await tick()
  expect(topicsIn(lessened.heard.text)).toEqual([])
  stop.abort()
  await running
})

test('so many may listen and no more, who does not read is dropped, and nobody begins while it stops', async () => {
  const { listen, quiet, tick, running } = start()
  const own = Array.from({ length: MOST.person }, () => listen())
  expect(() => listen()).toThrow(/Too many windows/)
  expect(() => listen(asker('viewer', 'bob'))).not.toThrow()
  const [first] = own
  if (first) first.heard.unread = 20_000
  await tick(8)
  expect(first?.heard.isOver).toBe(true)
  expect(() => listen()).not.toThrow()
  quiet.abort()
  await running
  expect(own.every(({ heard }) => heard.isOver)).toBe(true)
  expect(() => listen()).toThrow(expect.objectContaining({ code: 'unavailable' }))
})
