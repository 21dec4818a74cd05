import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { UNIT_MARK, UNIT_NAME, type UnitSpec, quoteWord, unitText } from './systemd.ts'

const root = mkdtempSync(join(tmpdir(), 'windfall-unit-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const spec: UnitSpec = {
  scope: 'user',
  account: null,
  command: [process.execPath, '/opt/wind fall/main/cli/windfall.mjs', 'agent', 'run', '--data', '/home/a b/windfall', '--zone', 'GB-13'],
  dataDirectory: '/home/a b/windfall',
  environment: {},
  version: 252,
  ownView: true,
}

const linesOf = (changes: Partial<UnitSpec> = {}) => unitText({ ...spec, ...changes }).split('\n')

test('the unit starts this Windfall, restarts it after a failure but not after wrong usage, and stops it with its children', () => {
  const lines = linesOf()
  expect(lines[0]).toBe(UNIT_MARK)
  expect(lines).toEqual(
    expect.arrayContaining([
      'Type=exec',
      `ExecStart=${process.execPath} "/opt/wind fall/main/cli/windfall.mjs" agent run --data "/home/a b/windfall" --zone GB-13`,
      'Restart=on-failure',
      'RestartPreventExitStatus=2 4',
      'KillMode=mixed',
      'WantedBy=default.target',
    ]),
  )
})

test('it may write into its data directory and nowhere else, gains no privilege, and still sees devices and other programs', () => {
  const lines = linesOf()
  for (const line of [
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'ProtectHome=read-only',
    'PrivateTmp=yes',
    'ReadWritePaths="/home/a b/windfall"',
    'SystemCallFilter=@system-service',
  ])
    expect(lines).toContain(line)
  // Each of these would hide the GPU, the container engine or the owner's games from the agent.
  for (const name of ['PrivateDevices', 'DevicePolicy', 'DeviceAllow', 'ProtectClock', 'ProtectProc', 'ProcSubset', 'PrivateNetwork', 'MemoryDenyWriteExecute'])
    expect(lines.filter((line) => line.startsWith(`${name}=`))).toEqual([])
})

test('where users have no file system view of their own, the unit asks for none, and keeps the rest', () => {
  const lines = linesOf({ ownView: false })
  expect(lines.filter((line) => /^(?:Private|Protect|ReadWrite|Bind)/.test(line))).toEqual([])
  expect(lines).toContain('NoNewPrivileges=yes')
})

test('a service of the machine runs as its owner, without capabilities, once the network is there', () => {
  const lines = linesOf({ scope: 'system', account: 'ada' })
  for (const line of ['User=ada', 'CapabilityBoundingSet=', 'WantedBy=multi-user.target', 'Wants=network-online.target']) expect(lines).toContain(line)
  expect(lines).not.toContain('PrivateUsers=yes')
})

test('a systemd that can waits longer after each failure', () => {
  expect(linesOf({ version: 254 })).toEqual(expect.arrayContaining(['RestartSteps=8', 'RestartMaxDelaySec=300']))
  expect(linesOf({ version: 253 }).join('\n')).not.toContain('RestartSteps')
})

/** Undoes what systemd undoes, by its manual. */
function readWord(text: string): string {
  const inner = text.startsWith('"') ? text.slice(1, -1) : text
  return inner.replaceAll(/\\(.)/gs, (_, letter: string) => (letter === 'n' ? '\n' : letter)).replaceAll('%%', '%')
}

test('whatever a path is called, systemd reads the same path', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (word) => {
      const quoted = quoteWord(word)
      expect(readWord(quoted)).toBe(word)
      expect(quoted).not.toContain('\n')
      expect(quoted.startsWith('"') || /^[\w@+=:,./-]+$/.test(quoted)).toBe(true)
    }),
  )
})

const hasAnalyzer = (() => {
  try {
    execFileSync('systemd-analyze', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test.runIf(hasAnalyzer)('systemd itself finds nothing to say about any variant of the unit', () => {
  const version = Number(/\d+/.exec(execFileSync('systemd-analyze', ['--version'], { encoding: 'utf8' }))?.[0])
  const program = join(root, 'a b %c $d')
  mkdirSync(program)
  writeFileSync(join(program, 'node'), '#!/bin/sh\n', { mode: 0o755 })
  const command = [join(program, 'node'), ...spec.command.slice(1), '--gate', 'below:200', "it's $HOME %h \\"]
  for (const changes of [{}, { ownView: false }, { scope: 'system' as const, account: 'root' }]) {
    const file = join(root, UNIT_NAME)
    writeFileSync(file, unitText({ ...spec, ...changes, version, command, environment: { DOCKER_HOST: 'unix:///run/a b/docker.sock' } }))
    const flags = changes.scope === 'system' ? [] : ['--user']
    const said = execFileSync('sh', ['-c', 'systemd-analyze "$@" 2>&1; true', 'sh', ...flags, '--man=no', 'verify', file], {
      encoding: 'utf8',
      env: { ...process.env, XDG_RUNTIME_DIR: root },
    })
    expect(said.split('\n').filter((line) => line.includes(UNIT_NAME))).toEqual([])
  }
})
