import { execFileSync } from 'node:child_process'
import { constants, mkdirSync, mkdtempSync, openSync, rmSync, writeSync, closeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { createGamePads } from './game-pad.ts'

const [BUTTON, AXIS, INITIAL] = [1, 2, 0x80]
type PadEvent = readonly [kind: number, number: number, value: number]

const encode = (events: readonly PadEvent[]): Buffer =>
  Buffer.concat(
    events.map(([kind, number, value]) => {
      const bytes = Buffer.alloc(8)
      bytes.writeInt16LE(value, 4)
      bytes[6] = kind
      bytes[7] = number
      return bytes
    }),
  )

/** A pipe stands in for the device: it can be read without waiting, too. */
function plugIn() {
  const devRoot = mkdtempSync(join(tmpdir(), 'pads-'))
  mkdirSync(join(devRoot, 'input'))
  const path = join(devRoot, 'input', 'js0')
  execFileSync('mkfifo', [path])
  // Read and write, so that opening does not wait for a reader.
  const pad = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  const clock = createFakeClock()
  const pads = createGamePads({ devRoot, clock })
  onTestFinished(() => {
    pads.close()
    closeSync(pad)
    rmSync(devRoot, { recursive: true })
  })
  return { pads, clock, does: (...events: readonly PadEvent[]) => void writeSync(pad, encode(events)) }
}

test('no pads prove nothing', () => {
  expect(createGamePads({ devRoot: '/nowhere', clock: createFakeClock() }).look()).toBe('absent')
})

describe.skipIf(process.platform !== 'linux')('a game pad', () => {
  test.each<[string, PadEvent[], boolean]>([
    ['nothing', [], false],
    ['a button', [[BUTTON, 3, 1]], true],
    ['a stick pushed over', [[AXIS, 0, 20_000]], true],
    [
      'a worn stick that trembles',
      [
        [AXIS, 0, 900],
        [AXIS, 0, -700],
        [AXIS, 0, 1_100],
      ],
      false,
    ],
    [
      'a stick pushed slowly',
      [
        [AXIS, 0, 3_000],
        [AXIS, 0, 6_000],
        [AXIS, 0, 9_000],
      ],
      true,
    ],
    ['more than the kernel keeps, so that all is told again', [[BUTTON | INITIAL, 0, 0]], true],
    ['an event of another kind', [[7, 0, 1]], false],
  ])('%s', async (_name, events, isUse) => {
    const { pads, clock, does } = plugIn()
    does([BUTTON | INITIAL, 3, 1], [AXIS | INITIAL, 0, 120])
    expect(pads.look()).toBe('absent')
    does(...events)
    await clock.advance(1_000)
    expect(pads.look()).toEqual(isUse ? { value: 0 } : 'absent')
  })

  test('time runs from the last use on', async () => {
    const { pads, clock, does } = plugIn()
    pads.look()
    does([BUTTON, 0, 1])
    pads.look()
    await clock.advance(42_000)
    expect(pads.look()).toEqual({ value: 42 })
  })
})
