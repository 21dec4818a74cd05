import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDemux, engineFacts, engineObjects, followOperation, imageFacts } from './engine-answers.ts'

const INFO = {
  ServerVersion: '27.1.1',
  OSType: 'linux',
  NCPU: 8,
  MemoryLimit: true,
  PidsLimit: true,
  SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
}

test('an engine that cannot contain a job says what it lacks', () => {
  expect(engineFacts(INFO)).toEqual({ version: '27.1.1', os: 'linux', cpus: 8, missing: [] })
  expect(engineFacts({ ...INFO, MemoryLimit: false, PidsLimit: undefined, SecurityOptions: null }).missing).toEqual([
    'memory limits',
    'process limits',
    'seccomp',
  ])
})

test('an image without metadata is read as one with none', () => {
  expect(imageFacts({ Id: 'sha256:1', Os: 'linux', RepoDigests: null, Config: null })).toEqual({
    id: 'sha256:1',
    os: 'linux',
    repoDigests: [],
    entrypoint: [],
    cmd: [],
    env: [],
    volumes: [],
    workingDir: '',
  })
  expect(
    imageFacts({ Id: 'sha256:1', Os: 'linux', Config: { Entrypoint: '/app', Cmd: null, Env: ['A=1'], Volumes: { '/data': {} }, WorkingDir: '/w' } }),
  ).toMatchObject({ entrypoint: ['/app'], volumes: ['/data'], workingDir: '/w' })
})

test('containers and volumes come as one list', () => {
  expect(engineObjects([{ Id: 'c1', Names: ['/windfall-1'], Labels: { a: 'b' } }], { Volumes: [{ Name: 'v1', Labels: null }] })).toEqual([
    { kind: 'container', id: 'c1', name: 'windfall-1', labels: { a: 'b' } },
    { kind: 'volume', id: 'v1', name: 'v1', labels: {} },
  ])
  expect(engineObjects([], { Volumes: null })).toEqual([])
})

async function* chunks(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text)
}

test('a pull adds its layers up', async () => {
  const seen: unknown[] = []
  await followOperation(
    chunks('{"status":"Pulling","id":"a"}\r\n{"id":"a","progressDetail":{"current":1,"total":10}}\n{"id":"b","progress', 'Detail":{"current":5,"total":20}}'),
    (progress) => seen.push(progress),
  )
  expect(seen).toEqual([
    { receivedBytes: 1, totalBytes: 10 },
    { receivedBytes: 6, totalBytes: 30 },
  ])
})

test('a failure in the stream is a failure', async () => {
  await expect(followOperation(chunks('{"status":"Pulling"}\n', '{"error":"manifest unknown","errorDetail":{}}\n'), () => undefined)).rejects.toThrow(
    'manifest unknown',
  )
})

test('a multiplexed log comes apart wherever it is cut', () => {
  const frames = fc.array(fc.record({ stream: fc.constantFrom(1, 2), payload: fc.uint8Array({ maxLength: 300 }) }))
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 50 }), (sent, size) => {
      const wire = Buffer.concat(
        sent.map(({ stream, payload }) => {
          const head = Buffer.alloc(8)
          head[0] = stream
          head.writeUInt32BE(payload.length, 4)
          return Buffer.concat([head, payload])
        }),
      )
      const received: Uint8Array[] = []
      const demux = createDemux((bytes) => received.push(bytes))
      for (let at = 0; at < wire.length; at += size) demux(wire.subarray(at, at + size))
      expect(Buffer.concat(received)).toEqual(Buffer.concat(sent.map(({ payload }) => payload)))
    }),
  )
})
