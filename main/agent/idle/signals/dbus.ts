import type { z } from 'zod'
import { socketPath } from './dbus-address.ts'
import { type DBusMessage, decodeMessage } from './dbus-decode.ts'
import { type DBusCall, encodeCall } from './dbus-encode.ts'
import { type LineDeps, createLine } from './line.ts'
import type { Told } from './reading.ts'

export interface DBusDeps extends LineDeps {
  /** Such as `unix:path=/run/user/1000/bus`; `null` if there is no bus. Only Unix sockets are opened. */
  readonly address: string | null
  readonly uid: number
}

interface DBusProperty {
  readonly destination: string
  readonly path: string
  readonly interface: string
  readonly name: string
}

export interface DBusSignal {
  readonly path: string
  readonly interface: string
  readonly member: string
}

export interface DBus {
  /** The first value of the answer. Never rejects. `absent`: no such bus, service or member, or it is not for us to ask. */
  readonly call: <T>(call: DBusCall, answer: z.ZodType<T>) => Promise<Told<T>>
  readonly property: <T>(property: DBusProperty, answer: z.ZodType<T>) => Promise<Told<T>>
  /**
   * Calls `heard` when such a signal arrives, from whomever: anyone on the bus can send it, so it is a reason to ask, never news.
   * Outlives a lost connection.
   */
  readonly listen: (signal: DBusSignal, heard: () => void) => void
}

const DBUS = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' }

/** These say that there is nobody to ask, or nothing to ask for; every other error is a failure. */
const ABSENT = new Set(
  ['ServiceUnknown', 'NameHasNoOwner', 'UnknownObject', 'UnknownInterface', 'UnknownMethod', 'UnknownProperty', 'AccessDenied'].map(
    (name) => `org.freedesktop.DBus.Error.${name}`,
  ),
)

/** One bus, connected at the first question. Nothing that a service answers, or that the bus does, comes back as an exception. Ends with `signal`. */
export function createDBus({ address, uid, ...deps }: DBusDeps, signal: AbortSignal): DBus {
  const rules = new Map<string, () => void>()
  const line = createLine<DBusMessage>(
    {
      path: socketPath(address ?? ''),
      greeting: () => Buffer.from(`\0AUTH EXTERNAL ${Buffer.from(String(uid)).toString('hex')}\r\n`),
      welcome,
      // The bus hears nothing from a client that has not said hello.
      begin: (serial) => [
        Buffer.from('BEGIN\r\n'),
        encodeCall(serial(), { ...DBUS, member: 'Hello' }),
        ...rules.keys().map((rule) => encodeCall(serial(), addMatch(rule))),
      ],
      next(bytes) {
        const next = decodeMessage(bytes)
        return next && { length: next.length, packet: next.message, answers: next.message.replySerial }
      },
      overheard: (message) => {
        if (message.type === 'signal') rules.get(ruleOf(message))?.()
      },
      serialBits: 32,
    },
    deps,
    signal,
  )
  const call = async <T>(request: DBusCall, answer: z.ZodType<T>): Promise<Told<T>> => parse(await line.ask((serial) => encodeCall(serial, request)), answer)
  return {
    call,
    property: ({ destination, path, interface: of, name }, answer) =>
      call({ destination, path, interface: 'org.freedesktop.DBus.Properties', member: 'Get', body: [of, name] }, answer),
    listen(rule, heard) {
      rules.set(ruleOf(rule), heard)
      line.say((serial) => encodeCall(serial, addMatch(ruleOf(rule))))
    },
  }
}

/** The answer to `AUTH EXTERNAL` is one line, `OK` and the bus's id (D-Bus Specification, "Authentication Protocol"). */
function welcome(bytes: Buffer): number | null {
  const end = bytes.indexOf('\r\n')
  if (end < 0) return null
  if (!bytes.toString('latin1', 0, end).startsWith('OK ')) throw new Error('the bus refuses this user')
  return end + 2
}

function parse<T>(heard: DBusMessage | 'absent' | 'failed', answer: z.ZodType<T>): Told<T> {
  if (heard === 'absent' || heard === 'failed') return heard
  if (heard.type === 'error') return ABSENT.has(heard.errorName ?? '') ? 'absent' : 'failed'
  const parsed = answer.safeParse(heard.body[0])
  return parsed.success ? { value: parsed.data } : 'failed'
}

const addMatch = (rule: string): DBusCall => ({ ...DBUS, member: 'AddMatch', body: [rule] })

const ruleOf = ({ path, interface: of, member }: Pick<DBusMessage, 'path' | 'interface' | 'member'>): string =>
  `type='signal',path='${path}',interface='${of}',member='${member}'`
