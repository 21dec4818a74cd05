import { expect, test } from 'vitest'
import { WindfallError } from '../../shared/errors.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { PATIENCE_MS, follow } from './following.ts'

const gone = () => new WindfallError('unavailable', 'http://127.0.0.1:1 cannot be reached.')

/** Follows what `answers` says, one after another; the last one for ever. */
function following(answers: readonly (string | Error)[]) {
  const clock = createFakeClock()
  const said: string[] = []
  let asked = 0
  const look = async (): Promise<string> => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? ''
    if (answer instanceof Error) throw answer
    return answer
  }
  const ended = follow('queued', { look, isOver: (state) => state === 'completed', line: (state) => state, everyMs: 400, clock }, (line) => said.push(line))
  return { clock, said, ended, asked: () => asked }
}

test('each state is said once, until it is over', async () => {
  const { clock, said, ended } = following(['queued', 'running', 'running', 'completed'])
  await clock.advance(2_000)
  expect([await ended, said]).toEqual(['completed', ['queued', 'running', 'completed']])
})

test('a coordinator that restarts in the middle is waited for, and that is said once', async () => {
  const { clock, said, ended } = following(['running', gone(), gone(), gone(), 'running', 'completed'])
  await clock.advance(20_000)
  expect(await ended).toBe('completed')
  expect(said).toEqual(['queued', 'running', expect.stringMatching(/cannot be reached.*goes on; it is asked again/), 'running', 'completed'])
})

test('one that does not come back is given up, and what waiting does not mend ends it at once', async () => {
  const lost = following([gone()])
  const end = expect(lost.ended).rejects.toThrow('cannot be reached')
  await lost.clock.advance(PATIENCE_MS + 10_000)
  await end
  const refused = following([new WindfallError('auth.refused', 'This API key was revoked.')])
  const refusal = expect(refused.ended).rejects.toThrow('revoked')
  await refused.clock.advance(400)
  await refusal
  expect(refused.asked()).toBe(1)
})
