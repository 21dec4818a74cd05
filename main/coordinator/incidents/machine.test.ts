import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { IncidentCause, IncidentState } from '../../../shared/contract/incident.ts'
import { LONGEST_MS, type Move, NEXT, PATIENCE, type Seen, type Standing, adapted, closed, detect, look, moveOf, moved } from './machine.ts'

const MINUTE_MS = 60_000
const START = Date.parse('2026-03-18T12:00:00.000Z')

/** Looks once a minute, as the loop does, and adapts as soon as it can. */
function watch(standing: Standing, looks: readonly Seen[], from = START): { standing: Standing; moves: Move[] } {
  let now = from
  const moves: Move[] = []
  let current = standing
  const make = (move: Move | null) => {
    if (!move) return
    moves.push(move)
    current = moved(current, move)
  }
  for (const seen of looks) {
    current = look(current, seen, now)
    make(moveOf(current, seen, now))
    make(adapted(current.state, 'done'))
    now += MINUTE_MS
  }
  return { standing: current, moves }
}

const times = (minutes: number, seen: Seen): Seen[] => Array.from({ length: minutes }, () => seen)
const causes = IncidentCause.options

test.each(causes)('%s: believed after its time, acted upon, and resolved once it has been gone for its time', (cause) => {
  const [confirm, clear] = [PATIENCE[cause].confirmMs / MINUTE_MS, PATIENCE[cause].clearMs / MINUTE_MS]
  expect(watch(detect(cause, START), times(confirm, 'present')).standing.state).toBe('ANOMALY_DETECTED')
  const acting = watch(detect(cause, START), times(confirm + 1, 'present'))
  expect(acting.moves.map(({ to }) => to)).toEqual(['EVALUATING', 'ADAPTING'])
  const resumed = START + (confirm + 1) * MINUTE_MS
  expect(watch(acting.standing, times(clear, 'absent'), resumed).moves).toEqual([])
  const gone = watch(acting.standing, times(clear + 1, 'absent'), resumed)
  expect(gone.moves).toMatchObject([{ from: 'ADAPTING', to: 'RESOLVED', how: 'gone' }])
  expect(gone.standing.over).toBe(true)
})

test('what passes before it is believed is never acted upon', () => {
  const { moves } = watch(detect('intensity-spike', START), ['present', 'present', ...times(31, 'absent')])
  expect(moves.map(({ from, to }) => `${from} ${to}`)).toEqual(['ANOMALY_DETECTED RESOLVED'])
})

test('a cause that flickers is one incident, and has to last before it is believed', () => {
  const flicker = Array.from({ length: 40 }, (_, minute): Seen => (minute % 2 === 0 ? 'present' : 'absent'))
  expect(watch(detect('surplus', START), flicker).moves).toEqual([])
  const believed = watch(detect('surplus', START), times(3, 'present')).standing
  expect(watch(believed, flicker, START + 3 * MINUTE_MS).moves).toEqual([])
})

test('no news ends nothing and begins nothing', () => {
  const fresh = detect('intensity-spike', START)
  expect(watch(fresh, times(600, 'unknown')).moves).toEqual([])
  const going = watch(fresh, [...times(3, 'present'), 'absent']).standing
  expect(watch(going, times(600, 'unknown'), START + 4 * MINUTE_MS).moves).toEqual([])
})

test('what lasts a week is no incident any more, and does not begin again until it was gone', () => {
  const outlasted = watch(detect('stale-source', START), ['present', 'present']).standing
  const move = moveOf(outlasted, 'present', START + LONGEST_MS)
  expect(move).toMatchObject({ to: 'RESOLVED', how: 'outlasted' })
  const ended = moved(outlasted, move as Move)
  expect(watch(ended, times(600, 'present'), START + LONGEST_MS)).toEqual({ standing: ended, moves: [] })
  expect(watch(ended, times(6, 'absent'), START + LONGEST_MS).standing.over).toBe(true)
})

test('an operator ends it from every state but the last; while its cause is there it does not begin again', () => {
  for (const state of IncidentState.options.slice(0, -1)) expect(closed(state, 'known')).toMatchObject({ from: state, to: 'RESOLVED', how: 'closed' })
  expect(closed('RESOLVED', 'again')).toBeNull()
  const ended = moved(detect('frequency', START), closed('ANOMALY_DETECTED', 'known') as Move)
  expect(watch(ended, [...times(5, 'present'), ...times(9, 'absent')]).standing.over).toBe(false)
  expect(watch(ended, [...times(5, 'present'), ...times(11, 'absent')]).standing.over).toBe(true)
})

const seen = fc.constantFrom<Seen>('present', 'absent', 'unknown')

test('no move leaves the machine, and time never runs backwards in a standing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...causes), fc.array(seen, { maxLength: 200 }), fc.option(fc.nat(199)), (cause, looks, closeAt) => {
      let standing = detect(cause, START)
      let now = START
      for (const [index, found] of looks.entries()) {
        standing = look(standing, found, now)
        for (const move of [moveOf(standing, found, now), adapted(standing.state, 'done'), index === closeAt ? closed(standing.state, 'enough') : null]) {
          if (!move || move.from !== standing.state) continue
          expect(NEXT[move.from]).toContain(move.to)
          expect(move.how !== null).toBe(move.to === 'RESOLVED')
          standing = moved(standing, move)
        }
        expect(standing.presentSince).toBeLessThanOrEqual(now)
        expect(standing.goneSince ?? now).toBeLessThanOrEqual(now)
        expect(standing.presentSince).toBeGreaterThanOrEqual(standing.detectedAt)
        if (standing.over) expect(standing.state).toBe('RESOLVED')
        now += MINUTE_MS
      }
    }),
  )
})

test('no incident is without an end: whatever was seen, an hour without the cause resolves it, and so does a week', () => {
  fc.assert(
    fc.property(fc.constantFrom(...causes), fc.array(seen, { maxLength: 120 }), seen, (cause, looks, last) => {
      const { standing } = watch(detect(cause, START), looks)
      const later = START + looks.length * MINUTE_MS
      expect(watch(standing, times(61, 'absent'), later).standing).toMatchObject({ state: 'RESOLVED', over: true })
      expect(watch(standing, [last], START + LONGEST_MS).standing.state).toBe('RESOLVED')
    }),
  )
})
