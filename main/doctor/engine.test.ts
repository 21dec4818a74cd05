import { describe, expect, test } from 'vitest'
import type { EngineSurroundings } from '../agent/jobs/engine-address.ts'
import { type EngineFigures, type EngineLook, engineFigures } from './engine-look.ts'
import { type OurObject, judgeLeftovers } from './engine-leftovers.ts'
import { ENGINE_PLACE_CHECKS, judgeSocket, judgeVersion, membershipIn } from './engine-place.ts'
import { judgeCgroup, judgeLiveRestore, judgeRoot, judgeRuntimes, judgeSeccomp, judgeStorage } from './engine-setup.ts'
import { engineCandidates } from './engine-socket.ts'
import { judgeVirtualDisk, virtualDisks } from './desktop-disk.ts'
import { examineOne, fakeMachine } from './machine.fixture.ts'

const GIB = 1_073_741_824
const CANDIDATE = { name: 'Docker', url: 'unix:///var/run/docker.sock', address: { socketPath: '/var/run/docker.sock' } } as const
const INFO = {
  ServerVersion: '28.5.1',
  OSType: 'linux',
  OperatingSystem: 'Debian GNU/Linux 13 (trixie)',
  Architecture: 'x86_64',
  Driver: 'overlay2',
  DockerRootDir: '/var/lib/docker',
  CgroupVersion: '2',
  CgroupDriver: 'systemd',
  MemoryLimit: true,
  PidsLimit: true,
  CpuCfsQuota: true,
  SecurityOptions: ['name=apparmor', 'name=seccomp,profile=builtin', 'name=cgroupns'],
  LiveRestoreEnabled: true,
  DefaultRuntime: 'runc',
  Runtimes: { 'io.containerd.runc.v2': {}, nvidia: {}, runc: {} },
}
const engine = (info: object = {}, version: object = {}): EngineFigures =>
  engineFigures(CANDIDATE, { info: { ...INFO, ...info }, version: { ApiVersion: '1.51', Components: [{ Name: 'Engine' }], ...version } })
const silent = (code: string | null): EngineLook['silent'][number] => ({ candidate: CANDIDATE, code, message: 'said nothing' })

const listed = () => 'listed' as const
const stranger = () => 'not-listed' as const

const around = { environment: { XDG_RUNTIME_DIR: '/run/user/1000' }, platform: 'linux', home: '/home/a', uid: 1000 } as const
const found = (change: Partial<EngineSurroundings>) => engineCandidates({ ...around, look: () => 'absent', ...change })
const onlyPodman = (path: string) => (path === '/run/podman/podman.sock' ? ('usable' as const) : ('absent' as const))
const told = (host: string) => found({ environment: { DOCKER_HOST: host } }).map(({ address }) => address)

describe('where the engine is', () => {
  test('the one that jobs use is asked first, then every other place', () => {
    expect(found({ look: onlyPodman }).map(({ name, url }) => `${name} ${url}`)).toEqual([
      'Podman unix:///run/podman/podman.sock',
      'rootless Docker unix:///run/user/1000/docker.sock',
      'Docker unix:///var/run/docker.sock',
      'Docker Desktop unix:///home/a/.docker/desktop/docker.sock',
      'Docker Desktop unix:///home/a/.docker/run/docker.sock',
      'rootless Podman unix:///run/user/1000/podman/podman.sock',
    ])
    expect(found({ platform: 'win32' })[0]?.address).toEqual({ socketPath: '//./pipe/docker_engine' })
  })
  test('DOCKER_HOST means that one and no other', () => {
    expect(told('unix:///x.sock')).toEqual([{ socketPath: '/x.sock' }])
    expect(told('tcp://10.0.0.9:2375')).toEqual([{ host: '10.0.0.9', port: 2375 }])
    expect(told('ssh://somewhere')).toEqual([])
  })
  test.each([
    ['it answers', { found: engine(), other: null, silent: [] }, stranger, 'ok', null],
    ['another answers than the one that jobs use', { found: null, other: CANDIDATE, silent: [silent('ECONNREFUSED')] }, stranger, 'warn', /DOCKER_HOST/],
    ['there is none', { found: null, other: null, silent: [silent('ENOENT')] }, stranger, 'warn', /install Docker/],
    ['DOCKER_HOST is nonsense', { found: null, other: null, silent: [] }, stranger, 'warn', /^unset DOCKER_HOST/],
    [
      'DOCKER_HOST leads nowhere',
      { found: null, other: null, silent: [{ ...silent('ENOENT'), candidate: { ...CANDIDATE, name: 'DOCKER_HOST' } }] },
      stranger,
      'warn',
      /^unset DOCKER_HOST/,
    ],
    ['this user may not', { found: null, other: null, silent: [silent('EACCES')] }, stranger, 'warn', /usermod -aG docker "\$USER"/],
    ['this user may after the next login', { found: null, other: null, silent: [silent('EACCES')] }, listed, 'warn', /^Log out and in/],
    ['it is stopped', { found: null, other: null, silent: [silent('ECONNREFUSED')] }, stranger, 'warn', /systemctl start docker/],
    ['it hangs', { found: null, other: null, silent: [silent(null)] }, stranger, 'warn', /Restart/],
  ] as const)('%s', (_, look, membership, verdict, fix) => {
    const finding = judgeSocket(look, membership)
    expect(finding.verdict).toBe(verdict)
    if (fix) expect(finding.fix).toMatch(fix)
    else expect(finding.fix).toBeNull()
  })
  test('who is in the group, by its number', () => {
    const file = 'root:x:0:\ndocker:x:998:bob,alice\nother:x:999:carol\n'
    expect(membershipIn(file, { gid: 998, user: 'alice' })).toBe('listed')
    expect(membershipIn(file, { gid: 998, user: 'ali' })).toBe('not-listed')
    expect(membershipIn(file, { gid: 7, user: 'alice' })).toBe('not-listed')
  })
  test('without an engine, what is about it is skipped', async () => {
    expect(await examineOne(ENGINE_PLACE_CHECKS, 'docker-version', fakeMachine())).toMatchObject({
      verdict: 'skipped',
      evidence: 'no container engine answers',
    })
  })
})

test.each([
  [judgeVersion, engine(), 'ok', /^Docker 28\.5\.1, API 1\.51, linux\/x86_64$/],
  [judgeVersion, engine({ ServerVersion: '20.10.24' }, { ApiVersion: '1.41' }), 'warn', /20\.10/],
  [judgeVersion, engine({}, { ApiVersion: '1.40' }), 'fail', /API 1\.40/],
  [judgeVersion, engine({ OSType: 'windows' }), 'fail', /windows/],
  [judgeVersion, engine({ ServerVersion: '5.4.2' }, { Components: [{ Name: 'Podman Engine' }] }), 'warn', /^Podman 5\.4\.2/],
  [judgeCgroup, engine(), 'ok', /v2 by systemd/],
  [judgeCgroup, engine({ CgroupVersion: '1' }), 'warn', /v1/],
  [judgeCgroup, engine({ MemoryLimit: false, PidsLimit: false }), 'fail', /cannot limit memory, processes/],
  [judgeSeccomp, engine(), 'ok', /seccomp, apparmor/],
  [judgeSeccomp, engine({ SecurityOptions: ['name=apparmor'] }), 'fail', /no seccomp/],
  [judgeSeccomp, engine({ SecurityOptions: ['name=seccomp,profile=unconfined'] }), 'fail', /switched off/],
  [judgeRoot, engine(), 'ok', /is root/],
  [judgeRoot, engine({ SecurityOptions: ['name=rootless'] }), 'ok', /^rootless/],
  [judgeRoot, engine({ SecurityOptions: ['name=userns'] }), 'ok', /user namespaces/],
  [judgeLiveRestore, engine(), 'ok', /survive/],
  [judgeLiveRestore, engine({ LiveRestoreEnabled: false }), 'warn', /jobs end/],
  [judgeLiveRestore, engine({ LiveRestoreEnabled: false, OperatingSystem: 'Docker Desktop' }), 'skipped', /Desktop/],
  [judgeLiveRestore, engine({ LiveRestoreEnabled: false }, { Components: [{ Name: 'Podman Engine' }] }), 'ok', /no daemon/],
  [judgeRuntimes, engine(), 'ok', /^nvidia, runc; runc unless/],
  [judgeRuntimes, engine({ DefaultRuntime: 'nvidia' }), 'warn', /nvidia unless/],
] as const)('%o of an engine', (judge, figures, verdict, evidence) => {
  const finding = judge(figures)
  expect([finding.verdict, finding.fix === null]).toEqual([verdict, verdict === 'ok' || verdict === 'skipped'])
  expect(finding.evidence).toMatch(evidence)
})

test('where images are kept', () => {
  expect(judgeStorage(engine(), 50 * GIB)).toMatchObject({ verdict: 'ok', evidence: 'overlay2 at /var/lib/docker, 50.0 GiB free' })
  expect(judgeStorage(engine(), GIB).verdict).toBe('warn')
  expect(judgeStorage(engine(), null).verdict).toBe('ok')
  expect(judgeStorage(engine({ Driver: 'vfs' }), 50 * GIB)).toMatchObject({ verdict: 'warn', fix: expect.stringContaining('overlay2') })
})

describe('what a crash left', () => {
  const NOW = 1_800_000_000_000
  const ours = (change: Partial<OurObject> = {}): OurObject => ({ kind: 'container', name: 'windfall-a1', deadline: NOW - 3_600_000, ...change })
  test('nothing, or only what still runs', () => {
    expect(judgeLeftovers([], NOW)).toMatchObject({ verdict: 'ok', evidence: 'nothing of ours is on the engine' })
    expect(judgeLeftovers([ours({ deadline: NOW + 60_000 }), ours({ deadline: NOW - 60_000 }), ours({ deadline: null })], NOW).verdict).toBe('ok')
  })
  test('is named, with the command that removes it in the right order', () => {
    const image = `sha256:${'0a'.repeat(32)}`
    expect(judgeLeftovers([ours({ kind: 'image', name: image }), ours({ kind: 'volume' }), ours()], NOW)).toMatchObject({
      verdict: 'warn',
      fix: `Start the agent, which removes its own, or: docker rm -f windfall-a1 && docker volume rm windfall-a1 && docker rmi ${image}`,
    })
  })
  test('a name made by a stranger gets into no command', () => {
    expect(judgeLeftovers([ours({ name: 'windfall-$(reboot)' }), ours()], NOW).fix).toMatch(/or: docker rm -f windfall-a1$/)
  })
})

test('Docker Desktop’s disk is shown, and how it shrinks', () => {
  expect(virtualDisks('win32', { LOCALAPPDATA: 'C:\\L' })[0]).toBe('C:\\L\\Docker\\wsl\\disk\\docker_data.vhdx')
  expect(virtualDisks('linux', { HOME: '/home/a' })).toEqual([])
  expect(judgeVirtualDisk(10 * GIB, 'win32')).toMatchObject({ verdict: 'ok', evidence: expect.stringContaining('10.0 GiB') })
  expect(judgeVirtualDisk(100 * GIB, 'win32').fix).toMatch(/wsl --shutdown.*Optimize-VHD/)
  expect(judgeVirtualDisk(100 * GIB, 'darwin').verdict).toBe('warn')
})

test('an engine that answers nonsense is not taken for one', () => {
  expect(() => engineFigures(CANDIDATE, { info: { hello: 1 }, version: {} })).toThrow()
})
