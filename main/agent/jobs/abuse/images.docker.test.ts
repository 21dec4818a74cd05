import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { type Header, pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AGENT_LABEL, ATTEMPT_LABEL, attemptName } from '../container-spec.ts'
import { LIMITS, NEVER, engineGet, prepareImage, runtimeOf } from '../docker.fixture.ts'
import { failureOf } from '../failure.ts'
import { imageOf } from '../image.fixture.ts'
import { type Arena, openArena } from './arena.fixture.ts'
import { attackImage } from './attack.fixture.ts'

let arena: Arena

beforeAll(async () => {
  arena = await openArena('images')
})

afterAll(() => arena.close())

const SHELL = { Entrypoint: ['/bin/busybox', 'sh', '-c'], Env: ['PATH=/bin'] }

type Part = Partial<Header> & Pick<Header, 'name'> & { readonly content?: string | Buffer }

/** An image whose one layer holds BusyBox and whatever a hostile packer would put beside it. */
async function imageWith(parts: readonly Part[], config: object = {}) {
  const archive = pack()
  for (const name of ['bin', 'data']) archive.entry({ name, type: 'directory', mode: 0o755 })
  archive.entry({ name: 'bin/busybox', mode: 0o4755 }, readFileSync('/bin/busybox'))
  for (const { content = '', ...header } of parts) archive.entry(header, content)
  archive.finalize()
  return imageOf(await buffer(Readable.from(archive)), { ...SHELL, ...config })
}

describe.concurrent('an image is refused, and its requester told why, if it', () => {
  test.each([
    ['sets LD_PRELOAD', { Env: ['LD_PRELOAD=/evil.so'] }, 'it sets LD_PRELOAD'],
    ['sets LD_PRELOAD to nothing', { Env: ['PATH=/bin', 'LD_PRELOAD='] }, 'it sets LD_PRELOAD'],
    ['names LD_AUDIT', { Env: ['LD_AUDIT'] }, 'it sets LD_AUDIT'],
    ['starts in a descriptor of the engine', { WorkingDir: '/proc/self/fd/8' }, 'it starts in "/proc/self/fd/8"'],
    ['starts there by a detour', { WorkingDir: '/tmp/../proc/self/fd/7/../../..' }, 'it starts in'],
    ['starts nowhere in particular', { WorkingDir: '../../etc' }, 'it starts in'],
    ['declares a volume over the process table', { Volumes: { '/proc': {} } }, 'it declares a volume at "/proc"'],
    ['declares a volume over its results', { Volumes: { '/job/out': {} } }, 'it declares a volume at "/job/out"'],
    ['declares a volume over everything', { Volumes: { '/': {} } }, 'it declares a volume at "/"'],
    ['declares a volume that climbs', { Volumes: { '/data/../../etc': {} } }, 'it declares a volume at'],
    ['carries labels without end', { Labels: Object.fromEntries(Array.from({ length: 999 }, (_, i) => [`l${i}`, ''])) }, 'more than 256 labels'],
    ['declares volumes without end', { Volumes: Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`/v${i}`, {}])) }, 'more than 16 volumes'],
  ])('%s', async (_, config, why) => {
    const built = await attackImage(config)
    const error: unknown = await prepareImage(built, runtimeOf('refusing')).catch((thrown: unknown) => thrown)
    expect(failureOf(error, NEVER)).toMatchObject({ reason: 'runtime.image', message: expect.stringContaining(why), retry: false })
  })
})

describe('what an image says of itself changes nothing:', () => {
  test('USER, ENV, LABEL, HEALTHCHECK, STOPSIGNAL, VOLUME, EXPOSE and ONBUILD', async () => {
    const image = await arena.load(
      await attackImage({
        User: '0:0',
        Env: ['PATH=/bin', 'NVIDIA_VISIBLE_DEVICES=all', 'NVIDIA_DRIVER_CAPABILITIES=all', 'NVIDIA_REQUIRE_CUDA=x', 'DOCKER_HOST=tcp://172.17.0.1:2375'],
        Labels: { 'traefik.enable': 'true', [AGENT_LABEL]: 'somebody', [ATTEMPT_LABEL]: 'else', 'dev.windfall.deadline': '9999-12-31T00:00:00.000Z' },
        Healthcheck: { Test: ['CMD', '/bin/busybox', 'touch', '/data/health'], Interval: 1_000_000 },
        StopSignal: 'SIGCONT',
        Volumes: { '/data': {} },
        ExposedPorts: { '22/tcp': {} },
        OnBuild: ['RUN evil'],
      }),
    )
    const attemptId = `disguise-${process.pid}`
    const seen: Record<string, unknown>[] = []
    const stop = new AbortController()
    const lines: string[] = []
    const onLog = (line: string) => {
      lines.push(line)
      if (line === 'ready') void engineGet(`/containers/${attemptName(attemptId)}/json`).then((found) => stop.abort(seen.push(found as never)))
    }
    const script =
      'trap "echo bye; exit" TERM; id -u; env | grep NVIDIA; dd if=/dev/zero of=/data/x bs=1M count=17 2>&1 | grep -o "No space left"; ls /data; echo ready; while true; do sleep 0.1; done'
    const request = { attemptId, jobId: 'j', leaseId: 'l', image, args: [script], env: {}, limits: LIMITS, checkpoints: true, gpuUuids: [] }
    const { logTail } = await arena.runtime.run(request, { onStarted: () => undefined, onLog }, stop.signal)
    expect(logTail.trim().split('\n')).toEqual(['65532', 'NVIDIA_VISIBLE_DEVICES=void', 'No space left', 'x', 'ready', 'bye'])
    expect(seen[0]).toMatchObject({
      Config: {
        User: '65532:65532',
        Healthcheck: { Test: ['NONE'] },
        Labels: { [AGENT_LABEL]: `images-${process.pid}`, [ATTEMPT_LABEL]: attemptId, 'traefik.enable': '' },
      },
      HostConfig: { NetworkMode: 'none', PortBindings: {}, Privileged: false },
    })
    expect(JSON.stringify(seen[0])).not.toMatch(/9999-12-31|"Health":/)
  })

  test('a program that is not there is a plain failure', async () => {
    const image = await arena.load(await attackImage({ Entrypoint: ['/bin/no-such-program'] }))
    const error: unknown = await arena.fight('true', { image }).catch((thrown: unknown) => thrown)
    expect(failureOf(error, NEVER).message).toMatch(/no-such-program.*no such file/i)
    const mute = await arena.load(await attackImage({ Entrypoint: null, Cmd: null }))
    await expect(arena.fight('', { image: mute, args: [] })).rejects.toMatchObject({
      code: 'runtime.image',
      message: expect.stringContaining('which program to start'),
    })
  })
})

describe('what an image contains does not get out:', () => {
  test('device files of the host’s disks and memory', async () => {
    const disks = [
      [8, 0],
      [254, 0],
      [259, 0],
      [1, 1],
      [195, 0],
    ] as const
    const parts = disks.map(([devmajor, devminor], i) => ({
      name: `dev${i}`,
      type: i < 3 ? ('block-device' as const) : ('character-device' as const),
      mode: 0o666,
      devmajor,
      devminor,
    }))
    const image = await arena.load(await imageWith(parts))
    const { said, failure } = await arena.fight('for i in 0 1 2 3 4; do busybox head -c 1 /dev$i 2>&1; done; ls -l /dev0; true > /job/out/result', { image })
    expect(said).toMatch(/^(?:[^\n]*Operation not permitted\n){5}b/)
    expect(failure).toBeNull()
  })

  test('a program with capabilities of its file', async () => {
    // VFS_CAP_REVISION_2, effective: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
    const capability = '\u0001\0\0\u0002\u0006' + '\0'.repeat(15)
    const image = await arena.load(
      await imageWith([{ name: 'bin/able', mode: 0o755, content: readFileSync('/bin/busybox'), pax: { 'SCHILY.xattr.security.capability': capability } }]),
    )
    const { said } = await arena.fight(
      'busybox true; cp /bin/able /tmp/able; (exec -a sh /bin/able grep CapEff /proc/self/status) 2>&1; /bin/able grep CapEff /proc/self/status 2>&1',
      { image },
    )
    expect(said).not.toMatch(/CapEff:\s+0*[1-9a-f]/)
  })

  test('files laid where the job’s own folder will be', async () => {
    const image = await arena.load(
      await imageWith([
        { name: 'job', type: 'directory', mode: 0o777, uid: 65_532, gid: 65_532 },
        { name: 'job/out', type: 'symlink', linkname: '/etc' },
        { name: 'job/bomb', content: 'x'.repeat(1_000_000) },
      ]),
    )
    const { said, failure } = await arena.fight('ls /job; ls -ld /job; rm -r /job/out; ln -s /etc /job/out; (true > /job/out/result) 2>&1', { image })
    expect(said).toMatch(/^ckpt\nin\nout\ndrwxr-xr-x\s+5 0 /)
    expect(failure).toBeNull()
  })
})

describe('unpacking an image writes nothing on this machine:', () => {
  const directory = mkdtempSync(join(tmpdir(), 'wf-slip-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const climb = '../'.repeat(12) + directory.slice(1)

  test.each<[string, readonly Part[]]>([
    ['a path that climbs', [{ name: `${climb}/slipped`, content: 'x' }]],
    ['an absolute path', [{ name: `${directory}/slipped`, content: 'x' }]],
    [
      'a file behind a symbolic link',
      [
        { name: 'door', type: 'symlink', linkname: directory },
        { name: 'door/slipped', content: 'x' },
      ],
    ],
    [
      'a file behind a link that climbs',
      [
        { name: 'door', type: 'symlink', linkname: climb },
        { name: 'door/slipped', content: 'x' },
      ],
    ],
    ['a hard link to a file of the host', [{ name: 'shadow', type: 'link', linkname: `${'../'.repeat(12)}etc/shadow` }]],
  ])('%s', async (_, parts) => {
    const built = await imageWith(parts)
    const error: unknown = await arena.load(built).catch((thrown: unknown) => thrown)
    // Either the engine refuses the layer, or it keeps the file inside of it.
    if (error !== built.image)
      expect(failureOf(error, NEVER)).toMatchObject({ reason: 'runtime.failed', message: expect.stringMatching(/^Docker could not load the image: /) })
    else expect((await arena.fight('busybox cat /shadow 2>&1', { image: built.image })).said).not.toContain('root:')
    expect(readdirSync(directory)).toEqual([])
    expect(existsSync('/slipped')).toBe(false)
  })

  test('more than a disk holds, from little', async () => {
    // Members of a gzip file add up: 1.3 GiB in 1.3 MB.
    const bomb = await imageOf(Buffer.concat(Array<Buffer>(20).fill(gzipSync(Buffer.alloc(64 * 1_048_576)))), SHELL)
    await expect(arena.load(bomb)).rejects.toMatchObject({ code: 'runtime.image', message: expect.stringContaining('unpacks to far more than it holds') })
    for (const magic of ['425a6839', 'fd377a585a0000', '28b52ffd00']) {
      const odd = await imageOf(Buffer.concat([Buffer.from(magic, 'hex'), Buffer.alloc(600)]), SHELL)
      await expect(arena.load(odd)).rejects.toMatchObject({ code: 'runtime.image', message: expect.stringContaining('another way than by gzip') })
    }
  })

  test('names in the archive around the layers', async () => {
    const { archive, image } = await attackImage()
    const hostile = Buffer.from(archive)
    hostile.write(`${'../'.repeat(8)}tmp/wf-escaped\0`, hostile.indexOf('layer.tar'), 'utf8')
    await expect(prepareImage({ archive: hostile, image: image.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }, arena.runtime)).rejects.toMatchObject({
      code: 'runtime.image',
    })
    expect(existsSync('/tmp/wf-escaped')).toBe(false)
  })
})
