import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { FIRST_SLOT, SLOT_3080, UUID_3080, onBus, setUp, smi } from './nvidia-finder.fixture.ts'
import { capturePath } from './nvidia-smi.fake.ts'
import { FAKE_4090, type FakeMachine, compileFakeNvml } from './nvml.fake.ts'

const fake = compileFakeNvml()
afterAll(() => typeof fake !== 'string' && fake[Symbol.dispose]())

const library = typeof fake === 'string' ? '' : fake.path
const play = (machine: FakeMachine) => typeof fake !== 'string' && fake.play(machine)

describe('with nvidia-smi alone', () => {
  test('cards are read from one stream that lives only while they are sampled', async () => {
    const program = smi({
      report: `cat ${capturePath('rtx-3080-v13.xml')}`,
      stream: 'exec tail -n +1 -f "$here/lines"',
      apps: `echo '${UUID_3080}, 42, 100'`,
    })
    writeFileSync(join(program.folder, 'lines'), '')
    const { find, sample, open } = setUp({ path: program.path })
    const found = await find(SLOT_3080)
    expect(found.seen).toEqual([])
    expect(found.sources).toMatchObject([
      {
        reader: 'nvidia-smi',
        method: 'power-average',
        device: { uuid: UUID_3080, driver: 'NVIDIA 595.58.03', busId: '0000:0c:00.0', powerLimitW: 320, containerIds: [UUID_3080] },
      },
    ])
    expect(found.sources[0]?.rest).not.toBeNull()
    expect(open()).toBe(0)
    expect(program.calls()).toEqual(['-q -x'])
    program.print(`${UUID_3080}, 142.33, 27, 65, 9184, Disabled, 139.62`)
    expect(await sample(found.sources[0])).toMatchObject({ status: 'ok', energyMj: null, powerMw: 139_620, busy: 0.65, processes: [42], display: false })
    expect(program.calls()[1]).toContain('power.draw.average --format=csv,noheader,nounits -lms 1000')
    expect((await find(SLOT_3080)).sources[0]).toBe(found.sources[0])
  })

  test('instant power is asked for ten times a second', async () => {
    const program = smi({ report: `cat ${capturePath('tesla-t4.xml')}` })
    const { find, sample } = setUp({ path: program.path })
    const { sources } = await find()
    expect(sources).toMatchObject([{ method: 'power-instant', sensor: { uncertaintyPct: 13 } }])
    expect(await sample(sources[0])).toMatchObject({ status: 'unavailable', powerMw: null, busy: null })
    expect(program.calls()[1]).toMatch(/-lms 100$/)
  })

  test('a card in MIG mode cannot be handed to a container, because its instances are not named', async () => {
    const { find } = setUp({ path: smi({ report: `cat ${capturePath('a100-sxm4-v12.xml')}` }).path })
    expect((await find()).sources).toMatchObject([{ device: { instances: 4, containerIds: [] }, method: 'power-instant' }])
  })

  test('a card without a power figure is seen, not used', async () => {
    const { find } = setUp({ path: smi({ report: `cat ${capturePath('gtx-1070-ti.xml')}` }).path })
    expect(await find(FIRST_SLOT)).toMatchObject({ sources: [], seen: [{ name: 'GeForce GTX 1070 Ti', reason: 'no-meter' }] })
  })

  test('a program that fails is explained', async () => {
    const { find } = setUp({ path: smi({ report: "echo 'NVIDIA-SMI has failed' >&2; exit 9" }).path })
    expect(await find(FIRST_SLOT)).toMatchObject({ sources: [], seen: [{ reason: 'driver-failed', advice: expect.stringContaining('nvidia-smi fails') }] })
  })

  test('a program that hangs is given up after 20 s', async () => {
    const { find, clock } = setUp({ path: smi({ report: 'exec sleep 60' }).path })
    const found = find(FIRST_SLOT)
    await clock.advance(20_000)
    expect(await found).toMatchObject({ sources: [], seen: [{ reason: 'driver-failed', advice: expect.stringContaining('does not answer') }] })
  })

  test('a sleeping card is not looked at', async () => {
    const program = smi()
    const { find } = setUp({ path: program.path })
    expect((await find(onBus('0000:0c:00.0', { asleep: true, sleeps: true }))).seen).toMatchObject([{ reason: 'asleep' }])
    expect(program.calls()).toEqual([])
  })

  test('with neither, a driver without its tools is explained and no process is started', async () => {
    const { find, children } = setUp()
    expect((await find(FIRST_SLOT)).seen).toMatchObject([{ reason: 'driver-failed', advice: expect.stringContaining('Reinstall') }])
    expect(await find()).toEqual({ sources: [], seen: [], covered: new Set() })
    expect(await find(onBus('0000:01:00.0', { driver: null }))).toEqual({ sources: [], seen: [], covered: new Set() })
    expect(children).toHaveLength(0)
  })
})

describe.skipIf(typeof fake === 'string')('the library first, nvidia-smi second', () => {
  test('a library that cannot be loaded is as good as none', async () => {
    const broken = join(smi().folder, 'libnvidia-ml.so.1')
    writeFileSync(broken, 'not a library')
    const { find } = setUp({ library: broken, path: smi().path })
    expect((await find(SLOT_3080)).sources).toMatchObject([{ reader: 'nvidia-smi' }])
  })

  test('a library that crashes from the start is not waited for, and takes its cards over when it works', async () => {
    const card = { ...FAKE_4090, uuid: UUID_3080, bus: '00000000:0C:00.0' }
    play({ crash: 1, gpus: [card] })
    const { find, clock } = setUp({ library, path: smi().path })
    const [source] = (await find(SLOT_3080)).sources
    expect(source).toMatchObject({ reader: 'nvidia-smi', method: 'power-average' })
    play({ gpus: [card] })
    await clock.advance(60_000)
    expect((await find(SLOT_3080)).sources[0]).toBe(source)
    expect(source).toMatchObject({ reader: 'NVML', method: 'counter' })
  })

  test('a library that once worked gets two more looks before it is given up', async () => {
    const card = { ...FAKE_4090, uuid: UUID_3080, bus: '00000000:0C:00.0' }
    play({ gpus: [card] })
    const { find, clock } = setUp({ library, path: smi().path })
    const [source] = (await find(SLOT_3080)).sources
    const look = async () => (await find(SLOT_3080)).sources[0]?.reader
    play({ crash: 1, gpus: [card] })
    expect([await look(), await look()]).toEqual(['NVML', 'NVML'])
    play({ gpus: [card] })
    await clock.advance(60_000)
    await look()
    play({ crash: 1, gpus: [card] })
    expect([await look(), await look(), await look()]).toEqual(['NVML', 'NVML', 'nvidia-smi'])
    expect((await find(SLOT_3080)).sources[0]).toBe(source)
  })

  test('a library that says what is wrong is believed', async () => {
    play({ initReturn: 4, gpus: [] })
    const program = smi()
    const { find } = setUp({ library, path: program.path })
    expect((await find(SLOT_3080)).seen).toMatchObject([{ advice: expect.stringContaining('may not read') }])
    expect(program.calls()).toEqual([])
  })
})
