import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type EngineFigures, engineFigures } from './engine-look.ts'
import { GPU_CONTAINER_CHECKS, cdiSpecs, judgeCdi, judgeSeen, judgeToolkitHere } from './gpu-container.ts'
import { KEY_CHECKS, judgeKeyFile, judgeKeychain, judgeTpm } from './keys.ts'
import { examineOne, fakeMachine } from './machine.fixture.ts'
import { judgeIdle, judgeMetered, judgePower } from './power.ts'
import { NATIVE_CHECKS, PROGRAM_CHECKS, judgeNative, judgeNode, judgeWindfall } from './program.ts'
import { judgeContainment } from './sandbox.ts'
import { runNode } from './child-output.ts'
import type { SignalLook } from './signal-look.ts'

const signal = new AbortController().signal
const look = (change: Partial<SignalLook> = {}): SignalLook => ({ inputIdle: 'unknown', power: 'none', network: 'untold', states: [], ...change })

describe('power and owner', () => {
  test.each([
    ['none', 'ok'],
    ['mains', 'ok'],
    ['battery', 'ok'],
    ['unknown', 'warn'],
  ] as const)('power from %s is %s', (power, verdict) => {
    expect(judgePower(look({ power })).verdict).toBe(verdict)
  })
  test('who sees the owner is named; nobody is worth a look', () => {
    const states = [
      { signal: 'inputIdle', source: 'x11', state: 'ok' },
      { signal: 'inputIdle', source: 'mutter', state: 'absent' },
    ] as const
    expect(judgeIdle(look({ inputIdle: 4.4, states }))).toEqual({ verdict: 'ok', evidence: 'last input 4 s ago, by x11', fix: null })
    expect(judgeIdle(look()).fix).toContain('--dedicated')
    expect(judgeIdle(look({ states: [{ signal: 'inputIdle', source: 'x11', state: 'failed' }] })).evidence).toContain('x11 should tell')
  })
  test.each([
    ['metered', 'ok'],
    ['free', 'ok'],
    ['untold', 'skipped'],
    ['unknown', 'skipped'],
  ] as const)('a network that is %s is %s', (network, verdict) => {
    expect(judgeMetered(look({ network })).verdict).toBe(verdict)
  })
})

describe('keys', () => {
  test.each([
    [{ mode: 0o600, isOurs: true }, 'ok'],
    [{ mode: 0o400, isOurs: true }, 'ok'],
    [{ mode: 0o640, isOurs: true }, 'fail'],
    [{ mode: 0o600, isOurs: false }, 'fail'],
    [{ mode: null, isOurs: true }, 'skipped'],
  ] as const)('a key file of %j is %s', (found, verdict) => {
    expect(judgeKeyFile('/data/device-key.pem', found).verdict).toBe(verdict)
  })
  test('a real one that others may read is broken', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'doctor-key-'))
    const file = join(dataDirectory, 'device-key.pem')
    try {
      const machine = fakeMachine({ dataDirectory })
      expect(await examineOne(KEY_CHECKS, 'device-key-file', machine)).toMatchObject({ verdict: 'skipped' })
      writeFileSync(file, 'secret', { mode: 0o600 })
      expect(await examineOne(KEY_CHECKS, 'device-key-file', machine)).toMatchObject({ verdict: 'ok' })
      chmodSync(file, 0o644)
      const broken = await examineOne(KEY_CHECKS, 'device-key-file', machine)
      expect(broken).toMatchObject({ verdict: 'fail', evidence: expect.stringContaining('mode 0644') })
      expect(JSON.stringify(broken)).not.toContain('secret')
    } finally {
      rmSync(dataDirectory, { recursive: true })
    }
  })
  test('a TPM is needed only by a key that is in it', () => {
    expect(
      [judgeTpm(null, 'tpm'), judgeTpm(null, 'software'), judgeTpm('gone', 'software'), judgeTpm('gone', null), judgeTpm('gone', 'tpm')].map(
        ({ verdict }) => verdict,
      ),
    ).toEqual(['ok', 'ok', 'skipped', 'skipped', 'fail'])
  })
  test('where there is no TPM the reason is told', async () => {
    const machine = fakeMachine({ environment: { WINDFALL_TPM_TCTI: 'device:/dev/no-tpm-here' } })
    expect(await examineOne(KEY_CHECKS, 'tpm', machine)).toMatchObject({ verdict: 'skipped', evidence: expect.stringContaining('/dev/no-tpm-here') })
  })
  test.each([
    [{ isSealed: true, hasKey: false, hasSession: false }, 'ok'],
    [{ isSealed: false, hasKey: true, hasSession: false }, 'skipped'],
    [{ isSealed: false, hasKey: true, hasSession: true }, 'warn'],
    [{ isSealed: false, hasKey: false, hasSession: true }, 'ok'],
  ] as const)('a keychain of %j is %s', (keychain, verdict) => {
    expect(judgeKeychain(keychain).verdict).toBe(verdict)
  })
})

const verdictOf = async (script: string) => judgeNative('it', await runNode(['-e', script], signal))

describe('Windfall itself', () => {
  test('the agent that runs should be the one installed', () => {
    expect([judgeWindfall('1.2.0', null), judgeWindfall('1.2.0', '1.2.0'), judgeWindfall('1.2.0', '1.1.0')].map(({ verdict }) => verdict)).toEqual([
      'ok',
      'ok',
      'warn',
    ])
  })
  test.each([
    ['24.21.0', '>=20', 'ok'],
    ['22.4.9', '>=22.5', 'fail'],
    ['22.5.0', '>=22.5', 'ok'],
    ['18.0.0', '>=20', 'fail'],
  ] as const)('Node %s where %s is needed is %s', (version, range, verdict) => {
    expect(judgeNode(version, range).verdict).toBe(verdict)
  })
  test.each(['native-sqlite', 'native-koffi'])('%s loads here', async (code) => {
    expect(await examineOne(NATIVE_CHECKS, code, fakeMachine())).toMatchObject({ verdict: 'ok', evidence: expect.stringMatching(/ \d+\.\d+/) })
  })
  test('a module that crashes, is missing or throws is a finding', async () => {
    expect(await verdictOf('process.abort()')).toMatchObject({ verdict: 'fail', evidence: 'it: it crashed (SIGABRT)' })
    expect(await verdictOf("require('no-such-module')")).toMatchObject({
      verdict: 'fail',
      evidence: expect.stringContaining("Cannot find module 'no-such-module'"),
    })
    expect(await verdictOf('process.exit(3)')).toMatchObject({ verdict: 'fail', evidence: 'it: exit code 3' })
  })
  test('settings that no agent can start with are broken', async () => {
    const machine = fakeMachine({ facts: { settings: () => ({ problem: 'zone: expected a zone' }) } })
    expect(await examineOne(PROGRAM_CHECKS, 'settings', machine)).toMatchObject({ verdict: 'fail', evidence: 'zone: expected a zone' })
  })
})

const engine = (info: object): EngineFigures =>
  engineFigures(
    { name: 'Docker', url: 'unix:///x', address: { socketPath: '/x' } },
    { info: { ServerVersion: '28.0.0', ...info }, version: { ApiVersion: '1.51' } },
  )

describe('GPUs in containers', () => {
  test.each([
    ['1.17.7', false, 'fail'],
    ['1.17.8', false, 'warn'],
    ['1.20.0', false, 'ok'],
    [null, false, 'warn'],
    [null, true, 'ok'],
  ] as const)('toolkit %s (Docker Desktop: %s) is %s', (version, desktop, verdict) => {
    expect(judgeToolkitHere(version, desktop).verdict).toBe(verdict)
  })
  test.each([
    [['/etc/cdi/nvidia.yaml'], { CDISpecDirs: ['/etc/cdi'] }, 'ok'],
    [[], { Runtimes: { nvidia: {} } }, 'ok'],
    [['/etc/cdi/nvidia.yaml'], {}, 'warn'],
    [[], {}, 'warn'],
  ] as const)('specifications %j with an engine of %j', (specs, info, verdict) => {
    expect(judgeCdi(specs, engine(info)).verdict).toBe(verdict)
  })
  test('specifications are found by their names, and a missing folder has none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'doctor-cdi-'))
    try {
      for (const name of ['nvidia.yaml', 'nvidia-container-toolkit.json', 'intel.yaml', 'nvidia.yaml.bak']) writeFileSync(join(folder, name), '')
      expect(cdiSpecs([folder, '/no/such/folder']).toSorted()).toEqual([`${folder}/nvidia-container-toolkit.json`, `${folder}/nvidia.yaml`])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
  test('a GPU that no container sees is worth a look, with the reason', () => {
    expect(judgeSeen('RTX 4090', { seen: true, evidence: '/dev/nvidia0 opens' })).toMatchObject({ verdict: 'ok', evidence: 'RTX 4090: /dev/nvidia0 opens' })
    expect(judgeSeen('RTX 4090', { seen: false, reason: 'no device' })).toMatchObject({ verdict: 'warn', evidence: 'RTX 4090: no device' })
  })
  test('without a GPU nothing is tried, and the reason is told', async () => {
    for (const code of ['container-toolkit', 'gpu-cdi', 'gpu-in-container'])
      expect(await examineOne(GPU_CONTAINER_CHECKS, code, fakeMachine())).toMatchObject({
        verdict: 'skipped',
        evidence: expect.stringContaining('no NVIDIA GPU'),
      })
  })
})

test('a sandbox that does not hold is broken', () => {
  expect(judgeContainment([]).verdict).toBe('ok')
  expect(judgeContainment(['it may mount on /tmp'])).toMatchObject({ verdict: 'fail', evidence: expect.stringContaining('it may mount on /tmp') })
})
