import { expect, test } from 'vitest'
import { type EngineSurroundings, createEngineFinder, findEngine } from './engine-address.ts'

const around = (there: Readonly<Record<string, 'usable' | 'forbidden'>>, change: Partial<EngineSurroundings> = {}): EngineSurroundings => ({
  platform: 'linux',
  environment: { XDG_RUNTIME_DIR: '/run/user/1000' },
  home: '/home/owner',
  uid: 1_000,
  look: (path) => there[path] ?? 'absent',
  ...change,
})
const found = (surroundings: EngineSurroundings) => findEngine(surroundings).address?.socketPath ?? 'DOCKER_HOST'

test.each([
  ['the one of the system', { '/var/run/docker.sock': 'usable' }, '/var/run/docker.sock'],
  ['a rootless one first', { '/var/run/docker.sock': 'usable', '/run/user/1000/docker.sock': 'usable' }, '/run/user/1000/docker.sock'],
  ['Docker Desktop', { '/home/owner/.docker/desktop/docker.sock': 'usable' }, '/home/owner/.docker/desktop/docker.sock'],
  ['rootless Podman', { '/run/user/1000/podman/podman.sock': 'usable' }, '/run/user/1000/podman/podman.sock'],
  [
    'what may be used before what may not',
    { '/var/run/docker.sock': 'forbidden', '/run/user/1000/podman/podman.sock': 'usable' },
    '/run/user/1000/podman/podman.sock',
  ],
  ['one that refuses, to say why', { '/var/run/docker.sock': 'forbidden' }, '/var/run/docker.sock'],
  ['the usual place when there is none', {}, '/var/run/docker.sock'],
] as const)('an engine is found: %s', (_what, there, socket) => {
  expect(found(around(there))).toBe(socket)
})

test('without a runtime folder in the environment, the usual one of the user is looked into', () => {
  expect(found(around({ '/run/user/1000/docker.sock': 'usable' }, { environment: {} }))).toBe('/run/user/1000/docker.sock')
})

test('on Windows and macOS the engine is where it is there', () => {
  expect(found(around({ '//./pipe/dockerDesktopLinuxEngine': 'usable' }, { platform: 'win32' }))).toBe('//./pipe/dockerDesktopLinuxEngine')
  expect(found(around({}, { platform: 'win32' }))).toBe('//./pipe/docker_engine')
  expect(found(around({ '/home/owner/.docker/run/docker.sock': 'usable' }, { platform: 'darwin' }))).toBe('/home/owner/.docker/run/docker.sock')
})

test('what the owner says by DOCKER_HOST holds', () => {
  expect(found(around({ '/var/run/docker.sock': 'usable' }, { environment: { DOCKER_HOST: 'tcp://10.0.0.1:2376' } }))).toBe('DOCKER_HOST')
})

test('an engine that comes later is found, and then kept while it restarts', () => {
  const there: Record<string, 'usable'> = {}
  const find = createEngineFinder(around(there))
  expect(find()).toEqual({ socketPath: '/var/run/docker.sock' })
  there['/run/user/1000/podman/podman.sock'] = 'usable'
  expect(find()).toEqual({ socketPath: '/run/user/1000/podman/podman.sock' })
  delete there['/run/user/1000/podman/podman.sock']
  there['/var/run/docker.sock'] = 'usable'
  expect(find()).toEqual({ socketPath: '/run/user/1000/podman/podman.sock' })
})
