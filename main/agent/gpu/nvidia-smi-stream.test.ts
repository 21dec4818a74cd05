import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { type FakeSmiScript, createFakeSmi } from './nvidia-smi.fake.ts'
import { smiEnvironment } from './nvidia-smi-program.ts'
import { createSmiProcesses } from './nvidia-smi-processes.ts'
import { createSmiStream } from './nvidia-smi-stream.ts'
import { queryColumns } from './nvidia-smi-table.ts'

const A = 'GPU-a'
const B = 'GPU-b'
const line = (uuid: string, watts: number | string) => `${uuid}, ${watts}, 43, 50, 596, Enabled`

/** The stream prints whatever the test appends to a file. */
const FOLLOW = 'echo $$ > "$here/pid"\nexec tail -n +1 -f "$here/lines"'

const setUp = (script: FakeSmiScript = { stream: FOLLOW }) => {
  const fake = createFakeSmi(script)
  const lines = join(fake.folder, 'lines')
  writeFileSync(lines, '')
  const clock = createFakeClock()
  const ended = new AbortController()
  onTestFinished(() => {
    ended.abort()
    fake[Symbol.dispose]()
  })
  const program = { path: fake.path, environment: smiEnvironment(fake.path, { PATH: '/usr/bin:/bin' }), clock }
  const stream = createSmiStream(program, { columns: queryColumns(false), intervalMs: 1_000 }, ended.signal)
  const next = (uuid = A) => stream.next(uuid, ended.signal)
  const pid = () => Number(readFileSync(join(fake.folder, 'pid'), 'utf8'))
  const starts = () => fake.calls().filter((call) => call.startsWith('--query-gpu')).length
  return {
    fake,
    clock,
    ended,
    stream,
    next,
    pid,
    starts,
    program,
    print: (...text: string[]) => appendFileSync(lines, text.map((one) => `${one}\n`).join('')),
    printRaw: (text: string) => appendFileSync(lines, text),
  }
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')

test('one program serves every card and every look', async () => {
  const { next, print, fake, starts } = setUp()
  print(line(A, 100), line(B, 200))
  expect(await next()).toMatchObject({ reading: { powerMw: 100_000, temperatureC: 43, gpuPct: 50, display: true } })
  expect(await next(B)).toMatchObject({ reading: { powerMw: 200_000 } })
  print(line(A, 110))
  expect(await next()).toMatchObject({ reading: { powerMw: 110_000 } })
  expect(starts()).toBe(1)
  expect(fake.calls()[0]).toBe('--query-gpu=uuid,power.draw,temperature.gpu,utilization.gpu,memory.used,display_active --format=csv,noheader,nounits -lms 1000')
})

test('a line is handed out once: the next question waits for the next line, and several get the same', async () => {
  const { next, print } = setUp()
  print(line(A, 100))
  await next()
  const waiting = Promise.all([next(), next()])
  print(line(A, 120))
  expect((await waiting).map((got) => got?.reading.powerMw)).toEqual([120_000, 120_000])
  print(line(A, 130), line(B, 200))
  await next(B)
  expect(await next()).toMatchObject({ reading: { powerMw: 130_000 } })
  const asked = next()
  print(line(A, 140))
  expect(await asked).toMatchObject({ reading: { powerMw: 140_000 } })
})

test('a stale line is no reading', async () => {
  const { next, print, clock } = setUp()
  print(line(A, 100), line(B, 200))
  await next()
  await clock.advance(3_001)
  const asked = next(B)
  await clock.advance(3_000)
  expect(await asked).toBeNull()
})

test('a program that hangs is replaced after a pause, which does not grow if it worked in between', async () => {
  const { next, print, clock, pid, starts } = setUp()
  print(line(A, 100))
  for (const start of [1, 2, 3]) {
    expect(await next()).toMatchObject({ reading: { powerMw: 100_000 } })
    expect(starts()).toBe(start)
    const running = pid()
    await clock.advance(1)
    const asked = next()
    await clock.advance(3_000)
    expect(await asked).toBeNull()
    await expect.poll(() => isAlive(running)).toBe(false)
    expect(await next()).toBeNull()
    await clock.advance(500)
  }
})

test('a card about which nothing is printed does not cost the others their program', async () => {
  const { next, print, clock, starts } = setUp()
  print(line(A, 100))
  await next()
  await clock.advance(1)
  const asked = next(B)
  await clock.advance(1_000)
  print(line(A, 110))
  expect(await next()).toMatchObject({ reading: { powerMw: 110_000 } })
  await clock.advance(2_000)
  expect(await asked).toBeNull()
  print(line(A, 120))
  expect(await next()).toMatchObject({ reading: { powerMw: 120_000 } })
  expect(starts()).toBe(1)
})

test('messages, torn lines and garbage are passed over', async () => {
  const { next, print, printRaw } = setUp()
  print('Unable to determine the device handle for GPU0000:01:00.0: GPU is lost.', `${A}, 12`, 'x'.repeat(3_000), line(A, '[N/A]'))
  expect(await next()).toMatchObject({ reading: { powerMw: null, temperatureC: 43 } })
  const whole = line(A, 150)
  printRaw(whole.slice(0, 20))
  const asked = next()
  printRaw(`${whole.slice(20)}\n`)
  expect(await asked).toMatchObject({ reading: { powerMw: 150_000 } })
})

test.each([
  ['fails at once', 'exit 1'],
  ['dies in the middle of a line', `printf 'GPU-a, 26.2'; kill -9 $$`],
  ['prints a line without end', 'head -c 100000 /dev/zero | tr "\\0" x; exec sleep 60'],
  ['writes to stderr', 'echo broken >&2; exit 1'],
])('a program that %s is a gap, and tried again later each time', async (_name, stream) => {
  const { next, clock, starts } = setUp({ stream })
  expect(await next()).toBeNull()
  expect(await next()).toBeNull()
  expect(starts()).toBe(1)
  await clock.advance(500)
  expect(await next()).toBeNull()
  await clock.advance(999)
  expect(await next()).toBeNull()
  expect(starts()).toBe(2)
  await clock.advance(1)
  expect(await next()).toBeNull()
  expect(starts()).toBe(3)
})

test('a program that is not there is a gap', async () => {
  const { next, fake } = setUp()
  fake[Symbol.dispose]()
  expect(await next()).toBeNull()
})

test('it ends 10 s after the last question, and starts again with the next', async () => {
  const { next, print, clock, pid, starts } = setUp()
  print(line(A, 100))
  await next()
  const first = pid()
  await clock.advance(9_999)
  expect(isAlive(first)).toBe(true)
  await clock.advance(1)
  await expect.poll(() => isAlive(first)).toBe(false)
  expect(await next()).toMatchObject({ reading: { powerMw: 100_000 } })
  expect(starts()).toBe(2)
})

test('it ends when the last card rests, and with the agent', async () => {
  const { next, print, stream, pid, ended } = setUp()
  print(line(A, 100), line(B, 200))
  await Promise.all([next(), next(B)])
  const first = pid()
  stream.rest(A)
  expect(isAlive(first)).toBe(true)
  stream.rest(B)
  await expect.poll(() => isAlive(first)).toBe(false)
  await next()
  const second = pid()
  ended.abort()
  await expect.poll(() => isAlive(second)).toBe(false)
  expect(await next()).toBeNull()
})

const processesOf = (script: FakeSmiScript) => {
  const { program, fake, clock, ended } = setUp(script)
  const processes = createSmiProcesses(program, ended.signal)
  return { current: processes.current, fake, clock }
}

test('who computes is asked at most every 5 s', async () => {
  const { current, fake, clock } = processesOf({ apps: `echo '${A}, 42, 100'; echo '${B}, 43, 5'; echo '${A}, 44, 1'` })
  expect(await current()).toEqual(
    new Map([
      [A, [42, 44]],
      [B, [43]],
    ]),
  )
  fake.play({ apps: '' })
  await clock.advance(4_999)
  expect(await current()).toHaveProperty('size', 2)
  await clock.advance(1)
  expect(await current()).toHaveProperty('size', 2)
  await expect.poll(current).toEqual(new Map())
  expect(fake.calls()).toHaveLength(2)
})

test('a list that is too old is waited for', async () => {
  const { current, fake, clock } = processesOf({ apps: `echo '${A}, 42, 100'` })
  await current()
  fake.play({ apps: '' })
  await clock.advance(15_000)
  expect(await current()).toEqual(new Map())
})

test.each([
  ['fails', { apps: 'exit 3' }],
  ['prints without end', { apps: 'exec cat /dev/zero' }],
  ['knows no memory figures, and pmon fails', { apps: `echo '${A}, 42, [N/A]'`, pmon: 'exit 1' }],
])('nobody knows who computes if the program %s', async (_name, script) => {
  expect(await processesOf(script).current()).toBeNull()
})

test('a look that hangs is given up', async () => {
  const { current, clock } = processesOf({ apps: 'exec sleep 60' })
  const asked = current()
  await clock.advance(3_000)
  expect(await asked).toBeNull()
})

test('where compute-apps knows no memory, pmon tells who computes', async () => {
  const { current } = processesOf({
    apps: `echo '${A}, 42, [N/A]'; echo '${A}, 43, [N/A]'; echo '${A}, 44, [N/A]'`,
    pmon: "echo '# gpu pid type sm'; echo '    0   42   C+G   -   -   dwm.exe'; echo '    0   43   C   -   -   a.exe'; echo '    0   44   C+G   7   -   game.exe'",
  })
  expect(await current()).toEqual(new Map([[A, [43, 44]]]))
})
