import { expect, test } from 'vitest'
import { epochMs } from '../../../shared/units.ts'
import { type ContainerPlan, attemptLabels, containerSpec } from './container-spec.ts'
import { type ImageFacts, checkImage } from './image-facts.ts'
import { SECCOMP_PROFILE } from './seccomp.ts'

const image: ImageFacts = {
  id: `sha256:${'a'.repeat(64)}`,
  os: 'linux',
  repoDigests: [],
  tags: [],
  bytes: 1_000,
  entrypoint: ['/app'],
  cmd: ['--default'],
  env: ['PATH=/bin'],
  volumes: [],
  workingDir: '/work',
  labels: [],
}
const limits = { wallSeconds: 60, memoryBytes: 64 * 1_048_576, outputBytes: 1_000, cpus: 4 }
const request = { attemptId: 'att-1', jobId: 'job-1', leaseId: 'lease-1', image: image.id, args: [], env: {}, limits, gpuUuids: [] }
const host = { cpus: 2, cdiDevices: [], takesSeccomp: true }
const plan: ContainerPlan = {
  request,
  image,
  agentId: 'node-1',
  startedAt: epochMs(Date.parse('2026-11-21T14:29:00.000Z')),
  deadline: epochMs(Date.parse('2026-11-21T14:30:00.000Z')),
  host,
  graceMs: 1_500,
}
const withImage = (change: Partial<ImageFacts>) => containerSpec({ ...plan, image: { ...image, ...change } })
const withRequest = (change: Partial<ContainerPlan['request']>) => containerSpec({ ...plan, request: { ...request, ...change } })

test('the container is hardened', () => {
  expect(containerSpec(plan)).toEqual({
    Image: image.id,
    User: '65532:65532',
    Entrypoint: ['/app'],
    Cmd: ['--default'],
    WorkingDir: '/work',
    Env: [
      'NVIDIA_VISIBLE_DEVICES=void',
      'WINDFALL_IN=/job/in',
      'WINDFALL_OUT=/job/out',
      'WINDFALL_CKPT=/job/ckpt',
      'WINDFALL_CKPT_EVERY_S=60',
      'WINDFALL_GRACE_MS=1500',
    ],
    Labels: {
      'dev.windfall.agent': 'node-1',
      'dev.windfall.attempt': 'att-1',
      'dev.windfall.job': 'job-1',
      'dev.windfall.lease': 'lease-1',
      'dev.windfall.started': '2026-11-21T14:29:00.000Z',
      'dev.windfall.deadline': '2026-11-21T14:30:00.000Z',
    },
    StopSignal: 'SIGTERM',
    StopTimeout: 2,
    NetworkDisabled: true,
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true', `seccomp=${SECCOMP_PROFILE}`],
      PidsLimit: 256,
      Memory: 67_108_864,
      MemorySwap: 67_108_864,
      NanoCpus: 2_000_000_000,
      CpuShares: 2,
      OomScoreAdj: 800,
      IpcMode: 'private',
      CgroupnsMode: 'private',
      ShmSize: 67_108_864,
      Ulimits: [
        { Name: 'nofile', Soft: 1024, Hard: 1024 },
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'cpu', Soft: 180, Hard: 180 },
        { Name: 'fsize', Soft: 268_435_456, Hard: 268_435_456 },
      ],
      Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=64m,mode=1777' },
      Mounts: [{ Type: 'volume', Source: 'windfall-att-1', Target: '/job', VolumeOptions: { NoCopy: true } }],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '512k', 'max-file': '2' } },
      AutoRemove: false,
      DeviceRequests: [],
    },
  })
})

test('an engine that takes no profile of ours keeps its own, never none', () => {
  expect(containerSpec({ ...plan, host: { ...host, takesSeccomp: false } }).HostConfig.SecurityOpt).toEqual(['no-new-privileges:true'])
})

test('arguments replace the image’s own, the entry point stays', () => {
  expect(withRequest({ args: ['--fast'] })).toMatchObject({ Entrypoint: ['/app'], Cmd: ['--fast'] })
  expect(() => withImage({ entrypoint: [], cmd: [] })).toThrow('which program to start')
})

test('a volume of the image becomes a small tmpfs', () => {
  expect(withImage({ volumes: ['/data', '/job', '/tmp'] }).HostConfig.Tmpfs).toEqual({
    '/tmp': expect.any(String),
    '/data': 'rw,noexec,nosuid,nodev,size=16m,mode=1777',
  })
})

test('a GPU job gets the GPUs it was given, by UUID, and no say of its own in it', () => {
  const spec = containerSpec({
    ...plan,
    image: { ...image, env: ['NVIDIA_VISIBLE_DEVICES=all', 'NVIDIA_DRIVER_CAPABILITIES=all'] },
    request: { ...request, gpuUuids: ['GPU-1', 'GPU-2'] },
  })
  expect(spec.HostConfig.DeviceRequests).toEqual([{ Driver: 'nvidia', DeviceIDs: ['GPU-1', 'GPU-2'], Capabilities: [['gpu', 'compute', 'utility']] }])
  expect(spec.Env.filter((entry) => entry.startsWith('NVIDIA'))).toEqual(['NVIDIA_DRIVER_CAPABILITIES', 'NVIDIA_VISIBLE_DEVICES=GPU-1,GPU-2'])
})

test('a GPU that the engine injects by CDI is asked for by its CDI name, and not once more by the hook', () => {
  const cdiDevices = ['nvidia.com/gpu=all', 'nvidia.com/gpu=GPU-1', 'nvidia.com/gpu=MIG-2']
  const given = { ...plan, host: { ...host, cdiDevices }, request: { ...request, gpuUuids: ['GPU-1', 'MIG-2'] } }
  const spec = containerSpec(given)
  expect(spec.HostConfig.DeviceRequests).toEqual([{ Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=GPU-1', 'nvidia.com/gpu=MIG-2'], Capabilities: [] }])
  expect(spec.Env).toContain('NVIDIA_VISIBLE_DEVICES=void')
  const strange = containerSpec({ ...given, request: { ...request, gpuUuids: ['GPU-1', 'GPU-9'] } })
  expect(strange.HostConfig.DeviceRequests).toMatchObject([{ Driver: 'nvidia', DeviceIDs: ['GPU-1', 'GPU-9'] }])
})

test('an image cannot say what the agent says, nor how long its grace is', () => {
  const { Env } = withImage({ env: ['WINDFALL_GRACE_MS=9999', 'WINDFALL_SECRET=1', 'NVIDIA_DRIVER_CAPABILITIES=all', 'PATH=/bin'] })
  expect(Env.filter((entry) => /^(?:WINDFALL_(?:GRACE|SECRET)|NVIDIA_DRIVER)/.test(entry))).toEqual([
    'WINDFALL_SECRET',
    'NVIDIA_DRIVER_CAPABILITIES',
    'WINDFALL_GRACE_MS=1500',
  ])
})

test.each(['LD_PRELOAD', 'LD_LIBRARY_PATH', 'NVIDIA_VISIBLE_DEVICES', 'WINDFALL_GRACE_MS'])('a job that sets %s is refused', (name) => {
  expect(() => withRequest({ env: { [name]: 'x' } })).toThrow(name)
})

test('limits the engine would refuse are brought into its range', () => {
  const { HostConfig } = withRequest({ limits: { ...limits, memoryBytes: 1_048_576, cpus: 256 } })
  expect(HostConfig).toMatchObject({ Memory: 6_291_456, MemorySwap: 6_291_456, NanoCpus: 2_000_000_000 })
})

test('an image’s own labels cannot stand for ours: all are set', () => {
  expect(Object.keys(attemptLabels(plan))).toHaveLength(6)
})

test.each([
  ['LD_PRELOAD', { env: ['LD_PRELOAD=/evil.so'] }],
  ['LD_AUDIT without a value', { env: ['LD_AUDIT'] }],
  ['another system', { os: 'windows' }],
  ['a volume over our folders', { volumes: ['/job/out'] }],
  ['a volume over the root', { volumes: ['/'] }],
  ['a volume over /proc', { volumes: ['/proc'] }],
  ['a volume below /dev', { volumes: ['/dev/shm'] }],
  ['a volume that climbs', { volumes: ['/data/../job'] }],
  ['a volume that is not absolute', { volumes: ['data'] }],
  ['a volume with mount options in it', { volumes: ['/data:exec,size=9g'] }],
  ['too many volumes', { volumes: Array.from({ length: 17 }, (_, i) => `/v${i}`) }],
])('an image with %s is refused', (_what, change) => {
  expect(() => checkImage({ ...image, ...change })).toThrow(expect.objectContaining({ code: 'runtime.image' }))
})

test('an ordinary image is not refused', () => {
  expect(() => checkImage({ ...image, volumes: ['/data', '/var/lib/model', '/job', '/tmp'], env: ['LD_LIBRARY_PATH=/usr/local/cuda/lib64'] })).not.toThrow()
})
