import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AGENT_LABEL, ATTEMPT_LABEL, type ContainerSpec, attemptName } from './container-spec.ts'
import { LIMITS, MIB, NEVER, engine, engineGet, newHome, prepareImage, removeImages, runScript, runtimeOf } from './docker.fixture.ts'
import { createDockerEngine } from './docker.ts'
import { shellImage } from './image.fixture.ts'
import { LIVE_LOG_BYTES } from './log-lines.ts'

const AGENT = `test-${process.pid}`
const runtime = runtimeOf(AGENT)
let image = ''

const run = (script: string, change: Parameters<typeof runScript>[3] = {}) => runScript(runtime, image, script, change)
const leftovers = async (agentId = AGENT) => engine.list(`${AGENT_LABEL}=${agentId}`, NEVER)

const foreignSpec = (labels: Record<string, string>) =>
  ({ Image: image, Entrypoint: ['/bin/busybox', 'sleep', '600'], Cmd: [], Labels: labels, HostConfig: { NetworkMode: 'none' } }) as unknown as ContainerSpec
const state = async (id: string) => ((await engineGet(`/containers/${id}/json`)) as { State?: { Status: string } }).State?.Status ?? 'gone'

beforeAll(async () => {
  const built = await shellImage()
  image = built.image
  await prepareImage(built, runtime)
})

afterAll(async () => {
  expect(await leftovers()).toEqual([])
  await removeImages()
})

test('the engine is there', async () => {
  expect(await runtime.probe(NEVER)).toEqual({ available: true, version: expect.stringMatching(/^\d+\./) })
})

test('a missing engine is explained', async () => {
  const absent = runtimeOf(AGENT, { engine: createDockerEngine({ socketPath: '/nonexistent/docker.sock' }) })
  expect(await absent.probe(NEVER)).toEqual({ available: false, reason: expect.stringContaining('Start it') })
})

test('a job reads its arguments and environment, writes a result and leaves nothing behind', async () => {
  const before = (await engineGet('/volumes')) as { Volumes: unknown[] | null }
  const { result, lines } = await run('echo "hello $NAME"; echo oops >&2; printf 42 > $WINDFALL_OUT/result', { env: { NAME: 'wind' } })
  expect(result).toMatchObject({ end: 'exited', exitCode: 0, outputSha256: '73475cb40a568e8da8a045ced110137e159f890ac4da883b6b17dc651b3a8049' })
  expect(Buffer.from(result.output).toString()).toBe('42')
  expect(lines.toSorted()).toEqual(['hello wind', 'oops'])
  expect(result.logTail.split('\n').toSorted()).toEqual(['', 'hello wind', 'oops'])
  expect(await leftovers()).toEqual([])
  expect(((await engineGet('/volumes')) as { Volumes: unknown[] | null }).Volumes?.length ?? 0).toBeLessThanOrEqual(before.Volumes?.length ?? 0)
})

test('a job finds its inputs in their folders, and may change its own copies', async () => {
  const inputs = [
    { path: 'scene', content: Buffer.from('sun') },
    { path: 'a/b/wind', content: Buffer.from('shine') },
  ]
  const { result } = await run('cat /job/in/scene /job/in/a/b/wind > /job/out/result; echo x >> /job/in/scene; rm /job/in/a/b/wind', { inputs })
  expect([result.end, Buffer.from(result.output).toString()]).toEqual(['exited', 'sunshine'])
})

test('a failing job keeps its exit code and its last words', async () => {
  const { result } = await run('echo partial > /job/out/result; echo no luck >&2; exit 7')
  expect(result).toMatchObject({ end: 'exited', exitCode: 7, logTail: 'no luck\n' })
  expect(result.output).toHaveLength(0)
})

describe('a job cannot get out', () => {
  test.each([
    ['be root', 'id', /^uid=65532 gid=65532$|^uid=65532 gid=65532 groups=65532$/m],
    ['become root by a setuid file', 'busybox id; ls -l /bin/busybox', /^uid=65532 gid=65532(?! euid)/m],
    ['hold a capability', 'grep -h Cap /proc/self/status | sort -u -k2', /^Cap\w+:\s0{16}$/],
    ['gain a privilege', 'grep NoNewPrivs /proc/self/status', /^NoNewPrivs:\s1$/],
    ['make any system call', 'grep Seccomp: /proc/self/status', /^Seccomp:\s2$/],
    ['see a network', 'ls /sys/class/net; cat /proc/net/route | wc -l', /^lo\n1$/],
    ['reach the host', 'nc -w 2 172.17.0.1 2375; nc -w 2 169.254.169.254 80', /unreachable[^]*unreachable/],
    ['write to the image', 'touch /x 2>&1; touch /bin/x 2>&1; touch /etc/hostname 2>&1', /Read-only[^]*Read-only[^]*(?:Read-only|denied)/],
    [
      'mount',
      'mount -t tmpfs x /tmp 2>&1; mount -o remount,rw / 2>&1; umount /tmp 2>&1',
      /(?:denied|permitted)[^]*(?:denied|permitted|root)[^]*(?:denied|permitted|root)/,
    ],
    ['run what it writes to /tmp', 'cp /bin/busybox /tmp/b; /tmp/b echo escaped 2>&1', /denied/],
    [
      'make a device',
      'mknod /tmp/sda b 8 0 2>&1; ls /dev/sda /dev/vda /dev/mem /dev/kmsg 2>&1',
      /permitted[^]*No such file[^]*No such file[^]*No such file[^]*No such file/,
    ],
    [
      'turn a kernel knob',
      'echo x > /proc/sys/kernel/core_pattern; echo 3 > /proc/sys/vm/drop_caches; cat /proc/kcore /proc/keys 2> /dev/null | wc -c',
      /Read-only[^]*Read-only[^]*\n0$/,
    ],
    [
      'change its own limits',
      'for f in /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max; do echo 99999999999 > $f; done',
      /(?:Read-only|denied|nonexistent|directory)/,
    ],
    ['make a user namespace', 'unshare -U id 2>&1', /permitted/],
    ['see or signal the host', 'ls -d /proc/[0-9]* | wc -l; kill -9 -1 2>&1; echo alive', /^\s*[1-9]$/m],
    ['find the engine', 'ls /var/run/docker.sock /run/docker.sock 2>&1; grep -c docker.sock /proc/mounts', /No such file[^]*No such file[^]*\n0$/],
    ['move its own folders', 'mv /job/out /job/other 2>&1; rmdir /job/out 2>&1; ln -s / /job/root 2>&1', /denied[^]*denied[^]*denied/],
    ['inherit a GPU', 'echo $NVIDIA_VISIBLE_DEVICES; ls /dev/nvidia0 2>&1', /^void[^]*No such file/],
    ['fill /tmp', 'dd if=/dev/zero of=/tmp/f bs=1M count=65 2>&1', /No space left/],
    ['write a huge file', 'trap "" XFSZ; dd if=/dev/zero of=/job/out/f bs=1M seek=300 count=1 2>&1', /File too large/],
    ['fork without end', 'i=0; while [ $i -lt 300 ]; do sleep 5 & i=$((i+1)); done 2>&1', /can't fork|Resource temporarily unavailable/],
  ])('%s', async (_what, script, expected) => {
    const { text } = await run(`(${script}) 2>&1; echo; true > /job/out/result`)
    expect(text.trim()).toMatch(expected)
  })
})

describe('a job cannot take too much', () => {
  test('time', async () => {
    const { result } = await run('trap "" TERM; while true; do sleep 1; done', { limits: { ...LIMITS, wallSeconds: 1 } })
    expect(result).toMatchObject({ end: 'timeout', exitCode: 137 })
  })

  test('memory', async () => {
    const { result } = await run('x=a; while true; do x=$x$x$x$x; done', { limits: { ...LIMITS, memoryBytes: 16 * MIB } })
    expect(result.end).toBe('memory')
  })

  test('disk', async () => {
    const { result } = await run('for i in 1 2 3; do dd if=/dev/zero of=/job/ckpt/f$i bs=1M count=100; done; exec sleep 60')
    expect(result.end).toBe('output-too-large')
  })

  test('the last of the disk, with files that have no name', async () => {
    const free = [1e12, 0]
    const watchful = runtimeOf(AGENT, { engine: { ...engine, freeBytes: async () => free.shift() ?? 0 } })
    await prepareImage(await shellImage(), watchful)
    const hidden = 'exec 3>/job/ckpt/f; rm /job/ckpt/f; dd if=/dev/zero bs=1M count=1 >&3; exec sleep 60'
    await expect(runScript(watchful, image, hidden)).rejects.toMatchObject({ code: 'runtime.unavailable', message: expect.stringContaining('Free some space') })
    await expect(runScript(watchful, image, 'true > /job/out/result')).rejects.toMatchObject({ code: 'runtime.unavailable' })
    expect(await engine.freeBytes()).toBeGreaterThan(0)
  })

  test('log', async () => {
    const { lines, result } = await run('yes "a long line of nothing in particular" | head -n 100000; true > /job/out/result')
    expect(result.end).toBe('exited')
    expect(lines.join('\n').length).toBeLessThan(LIVE_LOG_BYTES + 1_000)
    expect(result.logTail.length).toBeLessThanOrEqual(8_192)
  })

  test('the terminal of whoever reads its log', async () => {
    const { lines } = await run(String.raw`printf '\033[2J\033]0;owned\007\rclear\n'; true > /job/out/result`)
    expect(lines.join('')).toContain(String.raw`\u{1b}[2J`)
    expect(lines.join('')).not.toMatch(/\p{Cc}/u)
  })
})

describe('only a regular file of bounded size is a result', () => {
  test.each([
    ['nothing', 'true', 'output-missing'],
    ['a symbolic link', 'ln -s /etc/passwd /job/out/result', 'output-missing'],
    ['a link to the process table', 'ln -s /proc/self/environ /job/out/result', 'output-missing'],
    ['a folder', 'mkdir /job/out/result; echo x > /job/out/result/x', 'output-missing'],
    ['a pipe', 'mkfifo /job/out/result', 'output-missing'],
    ['a file that is too large', 'dd if=/dev/zero of=/job/out/result bs=1025 count=1024', 'output-too-large'],
    ['a sparse file that is too large', 'dd if=/dev/zero of=/job/out/result bs=1 count=1 seek=2000000', 'output-too-large'],
  ])('%s', async (_what, script, end) => {
    const { result } = await run(script)
    expect(result).toMatchObject({ end, exitCode: 0 })
    expect(result.output).toHaveLength(0)
  })

  test('exactly the limit is fine', async () => {
    const { result } = await run('dd if=/dev/zero of=/job/out/result bs=1024 count=1024')
    expect(result.output).toHaveLength(MIB)
  })
})

describe('stopping', () => {
  test('lets the job say goodbye', async () => {
    const stop = new AbortController()
    const lines: string[] = []
    const request = {
      attemptId: `stop-${process.pid}`,
      jobId: 'j',
      leaseId: 'l',
      image,
      args: ['trap "echo bye; exit 0" TERM; echo ready; while true; do sleep 0.1; done'],
      env: {},
      limits: LIMITS,
      checkpoints: true,
      gpuUuids: [],
    }
    const onLog = (line: string) => {
      lines.push(line)
      if (line === 'ready') stop.abort('the owner is back')
    }
    expect((await runtime.run(request, { onStarted: () => undefined, onLog }, stop.signal)).end).toBe('stopped')
    expect(lines).toEqual(['ready', 'bye'])
  })

  test('ends a job that ignores it', async () => {
    const stop = new AbortController()
    const hooks = { onStarted: () => stop.abort(), onLog: () => undefined }
    const request = {
      attemptId: `deaf-${process.pid}`,
      jobId: 'j',
      leaseId: 'l',
      image,
      args: ['trap "" TERM; while true; do sleep 1; done'],
      env: {},
      limits: LIMITS,
      gpuUuids: [],
    }
    expect((await runtime.run(request, hooks, stop.signal)).end).toBe('stopped')
    expect(await leftovers()).toEqual([])
  })

  test('before the start never starts it', async () => {
    const { result, lines } = await run('echo ran', { signal: AbortSignal.abort() })
    expect(result.end).toBe('stopped')
    expect(lines).toEqual([])
  })
})

describe('nobody else’s things are touched', () => {
  test('a sweep removes only journaled attempts of this agent, also when their agent was killed', async () => {
    const agentId = `crash-${process.pid}`
    const home = newHome()
    const child = spawn(process.execPath, [fileURLToPath(new URL('./docker-crash.fixture.ts', import.meta.url)), agentId, 'lost-1', image, home], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect((await leftovers(agentId)).map(({ kind }) => kind).toSorted()).toEqual(['container', 'volume'])

    const labelled = { [AGENT_LABEL]: agentId, [ATTEMPT_LABEL]: 'lost-1' }
    const strangers = [
      await engine.createContainer(`stranger-${agentId}`, foreignSpec({})),
      await engine.createContainer(`spoofed-${agentId}`, foreignSpec(labelled)),
      await engine.createContainer(attemptName(`unknown-${agentId}`), foreignSpec({ ...labelled, [ATTEMPT_LABEL]: `unknown-${agentId}` })),
      await engine.createContainer(attemptName(`other-${agentId}`), foreignSpec({ [AGENT_LABEL]: 'another', [ATTEMPT_LABEL]: `other-${agentId}` })),
    ]
    try {
      for (const id of strangers) await engine.start(id)
      expect(await runtimeOf(agentId).sweep(['lost-1', `unknown-${agentId}`, `other-${agentId}`], NEVER)).toEqual([])
      expect(await runtimeOf(agentId, { home }).sweep([], NEVER)).toEqual(['lost-1'])
      expect(await Promise.all(strangers.map(state))).toEqual(strangers.map(() => 'running'))
      expect((await leftovers(agentId)).map(({ name }) => name).toSorted()).toEqual([`spoofed-${agentId}`, attemptName(`unknown-${agentId}`)].toSorted())
    } finally {
      for (const id of strangers) await engine.remove({ kind: 'container', id })
    }
  })

  test('a sweep leaves an attempt alone that is running', async () => {
    const stop = new AbortController()
    const swept: string[][] = []
    const attemptId = `busy-${process.pid}`
    const hooks = {
      onStarted: () =>
        void runtime
          .sweep([attemptId], NEVER)
          .then((removed) => swept.push(removed))
          .finally(() => stop.abort()),
      onLog: () => undefined,
    }
    const request = { attemptId, jobId: 'j', leaseId: 'l', image, args: ['exec sleep 60'], env: {}, limits: LIMITS, gpuUuids: [] }
    expect((await runtime.run(request, hooks, stop.signal)).end).toBe('stopped')
    expect(swept).toEqual([[]])
  })
})

test('a GPU without the toolkit is explained', async () => {
  await expect(run('true', { gpuUuids: ['GPU-00000000-0000-0000-0000-000000000000'] })).rejects.toThrow('NVIDIA Container Toolkit')
})
