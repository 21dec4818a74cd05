import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import type { Clock } from '../../../kernel/clock.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { type PrivateBus, missingDBusDaemon, startPrivateBus } from './dbus-daemon.fixture.ts'
import { decodeMessage } from './dbus-decode.ts'
import { encodeCall } from './dbus-encode.ts'
import { type DBus, createDBus } from './dbus.ts'
import { openLocalSocket } from './local-socket.ts'

const CALL = { destination: 'org.example.Service', path: '/org/example', interface: 'org.example.Face', member: 'Count' }

const countOf = (bus: DBus) => bus.call({ ...CALL, destination: 'org.example.Count' }, z.number().int().min(0))

test('what is sent can be read, in the form the specification gives', () => {
  const bytes = encodeCall(7, { ...CALL, body: ['é', 8] })
  expect(decodeMessage(bytes)).toEqual({
    length: bytes.length,
    message: { type: 'call', replySerial: null, path: '/org/example', interface: 'org.example.Face', member: 'Count', errorName: null, body: ['é', 8] },
  })
  expect(decodeMessage(bytes.subarray(0, -1))).toBeNull()
})

test('any bytes are a message, an incomplete one, or refused; never anything else', () => {
  const sent = encodeCall(7, { ...CALL, body: ['text', 8] })
  const damaged = fc
    .array(fc.tuple(fc.nat(sent.length - 1), fc.nat(255)), { maxLength: 6 })
    .map((changes) => changes.reduce((bytes, [at, value]) => Buffer.from(bytes).fill(value, at, at + 1), sent))
  fc.assert(
    fc.property(
      fc.oneof(
        damaged,
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      ),
      (bytes) => {
        try {
          const decoded = decodeMessage(bytes)
          if (decoded) expect(decoded.length).toBeLessThanOrEqual(bytes.length)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      },
    ),
    { numRuns: 2_000 },
  )
})

test('a message that claims to be huge is refused before it is there', () => {
  const head = Buffer.from(encodeCall(1, CALL).subarray(0, 16))
  head.writeUInt32LE(0x7fff_ffff, 4)
  expect(() => decodeMessage(head)).toThrow('too large')
})

test('without a bus every source is absent, at no cost', async () => {
  const bus = createDBus({ address: null, uid: 0, clock: createFakeClock(), open: () => expect.unreachable() }, new AbortController().signal)
  expect(await bus.call(CALL, z.number())).toBe('absent')
})

test.each(['tcp:host=example.org,port=1', 'unixexec:path=/bin/sh', 'unix:tmpdir=/tmp', 'nonsense'])('an address such as %s is not opened', async (address) => {
  const bus = createDBus({ address, uid: 0, clock: createFakeClock(), open: () => expect.unreachable() }, new AbortController().signal)
  expect(await bus.call(CALL, z.number())).toBe('absent')
})

describe.skipIf(missingDBusDaemon() !== null)('on a private bus', () => {
  let daemon: PrivateBus
  beforeAll(async () => {
    daemon = await startPrivateBus()
  })
  afterAll(() => daemon[Symbol.asyncDispose]())

  const connect = (clock: Clock = createFakeClock()): DBus => {
    const ended = new AbortController()
    onTestFinished(() => ended.abort())
    return createDBus({ address: daemon.address, uid: process.getuid?.() ?? 0, clock, open: openLocalSocket }, ended.signal)
  }

  test('a service answers, vanishes and returns', async () => {
    const service = await daemon.serve('org.example.Count', { Count: ['u', 42], 'Face.Size': ['t', 9_000_000_000n] })
    const bus = connect()
    expect(await countOf(bus)).toEqual({ value: 42 })
    const size = { destination: 'org.example.Count', path: CALL.path, interface: CALL.interface, name: 'Size' }
    expect(await bus.property(size, z.number())).toEqual({ value: 9_000_000_000 })
    await service.vanish()
    expect(await countOf(bus)).toBe('absent')
    await service.returns()
    expect(await countOf(bus)).toEqual({ value: 42 })
    await service.vanish()
  })

  test.each<[string, Parameters<PrivateBus['serve']>[1]['Count'], string]>([
    ['of another type', ['s', 'forty-two'], 'failed'],
    ['out of range', ['i', -1], 'failed'],
    ['that is a list', ['as', []], 'failed'],
    ['a failure', { error: 'org.example.Error.Broken' }, 'failed'],
    ['not for us', { error: 'org.freedesktop.DBus.Error.AccessDenied' }, 'absent'],
    ['of a service that does not know the question', { error: 'org.freedesktop.DBus.Error.UnknownMethod' }, 'absent'],
  ])('an answer %s', async (_name, answer, expected) => {
    const service = await daemon.serve('org.example.Count', { Count: answer ?? 'silence' })
    expect(await countOf(connect())).toBe(expected)
    await service.vanish()
  })

  test('a service that says nothing is given up after a second, and others answer meanwhile', async () => {
    const [slow, quick] = [await daemon.serve('org.example.Slow', { Count: 'silence' }), await daemon.serve('org.example.Count', { Count: ['u', 1] })]
    const clock = createFakeClock()
    const bus = connect(clock)
    const waiting = bus.call({ ...CALL, destination: slow.name }, z.number())
    expect(await countOf(bus)).toEqual({ value: 1 })
    await clock.advance(1_000)
    expect(await waiting).toBe('failed')
    expect(await countOf(bus)).toEqual({ value: 1 })
    await Promise.all([slow.vanish(), quick.vanish()])
  })

  test('a signal is heard, also after the bus was started again', async () => {
    const heard = Promise.withResolvers<void>()
    let again = Promise.withResolvers<void>()
    const clock = createFakeClock()
    const bus = connect(clock)
    bus.listen({ path: CALL.path, interface: CALL.interface, member: 'Changed' }, () => {
      heard.resolve()
      again.resolve()
    })
    const service = await daemon.serve('org.example.Count', { Count: ['u', 1] })
    expect(await countOf(bus)).toEqual({ value: 1 })
    service.emit(CALL.path, CALL.interface, 'Changed')
    await heard.promise
    await daemon.restart()
    again = Promise.withResolvers()
    const returned = await daemon.serve('org.example.Count', { Count: ['u', 2] })
    await clock.advance(60_000)
    expect(await countOf(bus)).toEqual({ value: 2 })
    returned.emit(CALL.path, CALL.interface, 'Changed')
    await again.promise
    await returned.vanish()
  })
})
