import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SCRIPT = `
import { stopOnSignals } from ${JSON.stringify(join(import.meta.dirname, 'running.ts'))}
const stop = stopOnSignals((line) => console.error(line))
const alive = setInterval(() => undefined, 60_000)
stop.signal.addEventListener('abort', () => setTimeout(() => { console.log('stopped cleanly'); clearInterval(alive) }, Number(process.argv[1])))
if (process.argv[2] === 'fails') { { using scope = stop } }
console.log('ready')`

async function start(stopsAfterMs: number, how = '') {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SCRIPT, String(stopsAfterMs), how], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  await once(child.stdout, 'data')
  return { child, said, ended: once(child, 'close') }
}

test('one Ctrl-C that arrives several times, from the terminal and from a launcher, still stops cleanly', async () => {
  const { child, said, ended } = await start(50)
  // Three different signals: of one kind the system would hand over only one, and whoever waits in between may wait too long for an echo.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) child.kill(signal)
  expect(await ended).toEqual([0, null])
  expect(said).toEqual({ out: 'ready\nstopped cleanly\n', err: 'Stopping… (again to stop at once)\n' })
})

test.each(['SIGTERM', 'SIGHUP'] as const)('%s stops cleanly too', async (signal) => {
  const { child, said, ended } = await start(0)
  child.kill(signal)
  expect(await ended).toEqual([0, null])
  expect(said.out).toContain('stopped cleanly')
})

test('the end of the scope stops what runs, so that a command that fails half-way ends', async () => {
  const { said, ended } = await start(0, 'fails')
  expect(await ended).toEqual([0, null])
  expect(said.out).toContain('stopped cleanly')
})

test('whoever reads along and has read enough ends a command without a word', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'windfall.mjs'), 'job', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  expect({ code, signal, err }).toEqual({ code: null, signal: 'SIGTERM', err: '' })
})
