import { Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { NEVER, engine, engineGet, prepareImage, removeImages, runScript, runtimeOf, serveRegistry } from './docker.fixture.ts'
import { imageOf, shellImage, tarOf } from './image.fixture.ts'
import { digestOf } from './runtime.ts'

const AGENT = `images-${process.pid}`
const fetchArchive = () => Promise.reject(new Error('fetched'))

afterAll(removeImages)

test('what an image says about itself does not loosen the container', async () => {
  const runtime = runtimeOf(AGENT)
  const trap = await shellImage({
    Volumes: { '/data': {} },
    Env: ['PATH=/bin', 'NVIDIA_VISIBLE_DEVICES=all', 'NVIDIA_DRIVER_CAPABILITIES=all'],
    User: '0',
    StopSignal: 'SIGCONT',
    Labels: { 'dev.windfall.agent': 'spoof', 'dev.windfall.attempt': 'spoof' },
    Healthcheck: { Test: ['CMD', '/bin/busybox', 'touch', '/data/health'], Interval: 1_000_000_000 },
  })
  await prepareImage(trap, runtime)
  const before = (await engineGet('/volumes')) as { Volumes: unknown[] | null }
  const { text, result } = await runScript(
    runtime,
    trap.image,
    'id; dd if=/dev/zero of=/data/x bs=1M count=100 2>&1 | head -n 1; env | grep NVIDIA; rm -f /data/x; sleep 2; ls /data; true > /job/out/result',
  )
  expect(result.end).toBe('exited')
  expect(text).toMatch(/^uid=65532/)
  expect(text).toContain('No space left')
  expect(text.split('\n').filter((line) => line.startsWith('NVIDIA'))).toEqual(['NVIDIA_VISIBLE_DEVICES=void'])
  expect(text).not.toContain('health')
  expect(((await engineGet('/volumes')) as { Volumes: unknown[] | null }).Volumes?.length ?? 0).toBeLessThanOrEqual(before.Volumes?.length ?? 0)
  expect(await engine.list('dev.windfall.agent=spoof', NEVER)).toEqual([])
})

test.each(['LD_PRELOAD=/evil.so', 'LD_AUDIT=/evil.so'])('an image that sets %s is refused, and does not stay', async (variable) => {
  const built = await shellImage({ Env: [variable] })
  await expect(prepareImage(built, runtimeOf(AGENT))).rejects.toMatchObject({ code: 'runtime.image' })
  expect(await engine.inspectImage(built.image, NEVER)).toBeNull()
})

test('an archive cannot take over a tag of the owner’s', async () => {
  const owners = `windfall-test-${process.pid}`
  const layer = await tarOf({ mine: { content: 'mine' } })
  const mine = await imageOf(layer, {}, [`${owners}:latest`])
  await engine.loadImage(Readable.from([mine.archive]), NEVER)
  try {
    const hostile = await imageOf(await tarOf({ evil: { content: 'evil' } }), { Cmd: ['/evil'] }, [`${owners}:latest`])
    await prepareImage(hostile, runtimeOf(AGENT))
    expect((await engine.inspectImage(`${owners}:latest`, NEVER))?.id).toBe(mine.image)
  } finally {
    await engine.removeImage(`${owners}:latest`)
  }
})

test('an image that is here already is not fetched again', async () => {
  const built = await shellImage()
  await prepareImage(built, runtimeOf(AGENT))
  const runtime = runtimeOf(AGENT)
  await runtime.prepare(
    { runtime: { name: 'docker', image: built.image, archive: digestOf(built.archive), reference: null }, fetchArchive },
    () => undefined,
    NEVER,
  )
})

test('an image is pulled by digest only, and only if it is the one', async () => {
  const layer = await tarOf({ data: { content: `pulled ${process.pid}` } })
  const configuration = Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Cmd: ['/data'] }, rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } }),
  )
  await using registry = await serveRegistry(layer, configuration)
  const { reference } = registry
  const runtime = runtimeOf(AGENT)
  const pull = (image: string, from: string) =>
    runtime.prepare({ runtime: { name: 'docker', image, archive: null, reference: from }, fetchArchive }, () => undefined, NEVER)
  await expect(pull(digestOf(configuration), reference.replace(/@.*/, ':latest'))).rejects.toMatchObject({ code: 'runtime.image' })
  await expect(pull(digestOf(configuration), reference.replace(/sha256:..../, 'sha256:0000'))).rejects.toMatchObject({ code: 'runtime.failed' })
  await expect(pull(digestOf(layer), reference)).rejects.toThrow('not provably')
  expect(await engine.inspectImage(reference, NEVER)).toBeNull()
  await pull(digestOf(configuration), reference)
  await pull(reference.slice(reference.indexOf('@') + 1), reference)
  await engine.removeImage(reference)
})
