import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { containerFacts, createDemux, engineFacts, engineObjects, imageFacts } from './engine-answers.ts'

const INFO = {
  ServerVersion: '27.1.1',
  OSType: 'linux',
  NCPU: 8,
  MemoryLimit: true,
  PidsLimit: true,
  SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
}

test('an engine that cannot contain a job says what it lacks', () => {
  expect(engineFacts(INFO)).toEqual({ version: '27.1.1', os: 'linux', cpus: 8, missing: [], cdiDevices: [], cdiFolders: [], takesSeccomp: true })
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
    tags: [],
    bytes: 0,
    entrypoint: [],
    cmd: [],
    env: [],
    volumes: [],
    workingDir: '',
    labels: [],
  })
  expect(
    imageFacts({
      Id: 'sha256:1',
      Os: 'linux',
      Config: { Entrypoint: '/app', Cmd: null, Env: ['A=1'], Volumes: { '/data': {} }, WorkingDir: '/w', Labels: { a: 'b' } },
    }),
  ).toMatchObject({ entrypoint: ['/app'], volumes: ['/data'], workingDir: '/w', labels: ['a'] })
})

test('containers and volumes come as one list', () => {
  expect(engineObjects([{ Id: 'c1', Names: ['/windfall-1'], Labels: { a: 'b' } }], { Volumes: [{ Name: 'v1', Labels: null }] })).toEqual([
    { kind: 'container', id: 'c1', name: 'windfall-1', labels: { a: 'b' } },
    { kind: 'volume', id: 'v1', name: 'v1', labels: {} },
  ])
  expect(engineObjects([], { Volumes: null })).toEqual([])
})

test('devices and folders of CDI are read where the engine tells of them', () => {
  const told = {
    CDISpecDirs: ['/etc/cdi'],
    DiscoveredDevices: [
      { Source: 'cdi', ID: 'nvidia.com/gpu=GPU-1' },
      { Source: 'other', ID: 'x' },
    ],
  }
  expect(engineFacts({ ...INFO, ...told })).toMatchObject({ cdiDevices: ['nvidia.com/gpu=GPU-1'], cdiFolders: ['/etc/cdi'] })
})

test('Podman, which takes no profile of ours, is told apart', () => {
  expect(engineFacts({ ...INFO, ServerVersion: '4.3.1', BuildahVersion: '1.28.2' })).toMatchObject({ missing: [], takesSeccomp: false })
})

test('what has not happened to a container has no time', () => {
  const answer = {
    Id: 'c1',
    Name: '/windfall-1',
    Image: 'sha256:1',
    Config: { Labels: null },
    State: { Status: 'created', StartedAt: '0001-01-01T00:00:00Z', FinishedAt: '' },
  }
  expect(containerFacts(answer)).toEqual({ id: 'c1', name: 'windfall-1', labels: {}, imageId: 'sha256:1', state: 'created', startedAt: null, endedAt: null })
  const ended = { Status: 'exited', StartedAt: '2026-11-21T10:00:00.5Z', FinishedAt: '2026-11-21T10:00:02Z' }
  expect(containerFacts({ ...answer, State: ended })).toMatchObject({ state: 'ended', endedAt: Date.parse('2026-11-21T10:00:02Z') })
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
