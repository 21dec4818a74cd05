import { Command } from 'commander'
import { afterEach, expect, test } from 'vitest'
import { WindfallError } from '../../shared/errors.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createOutput } from './output.ts'
import { type Screen, type View, fitted, watchOption, watchView } from './watch.ts'

const stop: AbortController[] = []
afterEach(() => stop.splice(0).forEach((one) => one.abort()))

interface Thing {
  readonly state: string
}

/** Something that a test changes, takes away and brings back, watched as a terminal, a pipe or a program watches. */
function watched({ json = false, screen = null, over }: { json?: boolean; screen?: Screen | null; over?: string } = {}) {
  const [clock, control, written] = [createFakeClock(), new AbortController(), { out: '', err: '' }]
  stop.push(control)
  let found: Thing | Error = { state: 'queued' }
  const view: View<Thing> = {
    look: async () => {
      if (found instanceof Error) throw found
      return found
    },
    lines: ({ state }) => [`state  ${state}`],
    ...(over === undefined ? {} : { isOver: ({ state }) => state === over, exitCode: ({ state }) => (state === 'completed' ? 0 : 1) }),
  }
  const output = createOutput(json, { out: (text) => (written.out += text), err: (text) => (written.err += text) })
  const ended = watchView(view, { clock, output, screen: () => screen }, control.signal)
  return {
    ended,
    interrupt: () => control.abort(),
    become: (next: Thing | Error) => {
      found = next
    },
    /** What was written since this was last asked, after `ms`. */
    after: async (ms: number) => {
      await clock.advance(ms)
      const { out, err } = written
      Object.assign(written, { out: '', err: '' })
      return { out, err }
    },
  }
}

const gone = new WindfallError('unavailable', 'The coordinator does not answer.')

test('a pipe gets a block for each change, and nothing while nothing changes', async () => {
  const { after, become, interrupt, ended } = watched()
  expect(await after(0)).toEqual({ out: 'state  queued\n\n', err: '' })
  expect(await after(60_000)).toEqual({ out: '', err: '' })
  become({ state: 'running' })
  expect(await after(2_000)).toEqual({ out: 'state  running\n\n', err: '' })
  interrupt()
  expect(await ended).toBe(0)
})

test('a program gets one line of JSON for each change', async () => {
  const { after, become } = watched({ json: true })
  expect((await after(0)).out).toBe('{"state":"queued"}\n')
  become({ state: 'running' })
  expect((await after(10_000)).out).toBe('{"state":"running"}\n')
})

test('a terminal is drawn anew', async () => {
  const { after } = watched({ screen: { columns: 80, rows: 24 } })
  expect((await after(0)).out).toBe('\u001B[H\u001B[2Jstate  queued\n\nCtrl-C ends this.\n')
})

test('whoever restarts is waited for, which is said once; programs are told, too', async () => {
  const { after, become } = watched()
  await after(0)
  become(gone)
  expect(await after(30_000)).toEqual({ out: '', err: 'The coordinator does not answer. Waiting for it…\n' })
  become({ state: 'queued' })
  expect(await after(2_000)).toEqual({ out: 'state  queued\n\n', err: '' })
  const program = watched({ json: true })
  await program.after(0)
  program.become(gone)
  const { out, err } = await program.after(30_000)
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'unavailable' } })
  expect(err).toContain('Waiting for it…')
})

test('what waiting does not mend ends it', async () => {
  const { after, become, ended } = watched()
  const failed = expect(ended).rejects.toThrow('This key has been revoked.')
  await after(0)
  become(new WindfallError('auth.refused', 'This key has been revoked.'))
  await after(2_000)
  await failed
})

test.each([
  ['completed', 0],
  ['failed', 1],
])('what is over is shown, and says whether it went well: %s', async (state, code) => {
  const { after, become, ended } = watched({ over: state })
  await after(0)
  become({ state })
  expect((await after(2_000)).out).toBe(`state  ${state}\n\n`)
  expect(await ended).toBe(code)
})

test('a screen is never scrolled: what does not fit is counted, long lines by the rows they take', () => {
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`)
  expect(fitted(lines, { columns: 80, rows: 24 })).toEqual([...lines.slice(0, 21), '… and 9 more lines; a taller window shows them'])
  expect(fitted(lines, { columns: 80, rows: 40 })).toEqual(lines)
  expect(fitted(['x'.repeat(200), 'y', 'z'], { columns: 80, rows: 7 })).toEqual(['x'.repeat(200), 'y', '… and 1 more lines; a taller window shows them'])
  expect(fitted(['界'.repeat(80)], { columns: 80, rows: 4 })).toEqual(['… and 1 more lines; a taller window shows them'])
})

test('the option says when it ends', () => {
  expect(watchOption(new Command('x')).helpInformation()).toContain('until Ctrl-C')
})
