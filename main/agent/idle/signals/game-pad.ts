import { closeSync, constants, openSync, readSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../../kernel/clock.ts'
import type { Told } from './reading.ts'

export interface GamePads {
  /** Looks at what the pads did since the last look. Seconds since somebody used one; `absent` if nobody has, which proves nothing. */
  readonly look: () => Told<number>
  readonly close: () => void
}

interface Pad {
  readonly fd: number
  /** Where each axis was when it last counted as moved. */
  readonly axes: Map<number, number>
  /** The first look only hears how things stand. */
  isNew: boolean
}

const EVENT_BYTES = 8
const MAX_EVENTS = 64
const MAX_PADS = 16
const RESCAN_MS = 5_000
/** An eighth of the way from side to side: a worn stick trembles by less. */
const MOVED = 8_192
const [BUTTON, AXIS, INITIAL] = [1, 2, 0x80]

/**
 * Game pads, whose use the desktop does not count as input, by `/dev/input/js*` (Linux kernel, "Joystick API"). Files are opened
 * without blocking and only if this user may read them, as the one at the screen may.
 */
export function createGamePads({ devRoot, clock }: { readonly devRoot: string; readonly clock: Pick<Clock, 'monotonic'> }): GamePads {
  const pads = new Map<string, Pad>()
  let [scannedAt, usedAt] = [-Infinity, -Infinity]
  const drop = (name: string, { fd }: Pad) => {
    pads.delete(name)
    closeSync(fd)
  }
  return {
    look() {
      const now = clock.monotonic()
      if (now - scannedAt >= RESCAN_MS) {
        scannedAt = now
        openNew(pads, devRoot)
      }
      for (const [name, pad] of pads) {
        const used = readUse(pad)
        if (used === null) drop(name, pad)
        else if (used) usedAt = now
      }
      return usedAt === -Infinity ? 'absent' : { value: (now - usedAt) / 1_000 }
    },
    close: () => pads.forEach((pad, name) => drop(name, pad)),
  }
}

function openNew(pads: Map<string, Pad>, devRoot: string): void {
  for (const name of padNames(join(devRoot, 'input'))) {
    if (pads.has(name) || pads.size >= MAX_PADS) continue
    try {
      pads.set(name, { fd: openSync(join(devRoot, 'input', name), constants.O_RDONLY | constants.O_NONBLOCK), axes: new Map(), isNew: true })
    } catch {
      // Not for this user to read.
    }
  }
}

function padNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^js\d{1,3}$/.test(name))
  } catch {
    return []
  }
}

/** Whether the pad was used since the last look; `null` if it is gone. */
function readUse(pad: Pad): boolean | null {
  const bytes = Buffer.alloc(EVENT_BYTES * MAX_EVENTS)
  const length = readWaiting(pad.fd, bytes)
  if (length === null) return null
  let used = false
  for (let at = 0; at + EVENT_BYTES <= length; at += EVENT_BYTES) used = isUse(pad, bytes.subarray(at, at + EVENT_BYTES)) || used
  pad.isNew = false
  return used
}

/** 0 if nothing waits, `null` if the device is gone. */
function readWaiting(fd: number, into: Buffer): number | null {
  try {
    return readSync(fd, into)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EAGAIN' ? 0 : null
  }
}

function isUse({ axes, isNew }: Pad, event: Buffer): boolean {
  const [value, kind, number] = [event.readInt16LE(4), event.readUInt8(6), event.readUInt8(7)]
  // How things stand is told again when more happened than the kernel keeps.
  if (kind & INITIAL && !isNew) return true
  const before = axes.get(number)
  if ((kind & ~INITIAL) !== AXIS) return kind === BUTTON
  if (before === undefined || isNew) axes.set(number, value)
  if (before === undefined || Math.abs(value - before) < MOVED) return false
  axes.set(number, value)
  return !isNew
}
