/** Both sides of what the shell and the agent's process say to each other, with every message cloned on its way as between processes. */
import { expect, test, vi } from 'vitest'
import { WindfallError } from '../../shared/errors.ts'
import type { Child, ChildProgram } from '../kernel/child.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import type { SecretVault } from '../kernel/secret-vault.ts'
import { ToAgent } from './agent-protocol.ts'
import { startAgentRun } from './agent-run.ts'
import { createShellPorts } from './shell-ports.ts'

/** A program of the agent's, as the shell runs it. */
function fakeProgram() {
  const ended = Promise.withResolvers<void>()
  const listeners = new Set<(message: unknown) => void>()
  const heard: unknown[] = []
  const kill = vi.fn(ended.resolve)
  const child: Child = {
    send: (message) => void heard.push(message),
    onMessage: (listener) => void listeners.add(listener),
    onEnd: (listener) => void ended.promise.then(listener),
    kill,
  }
  return { child, heard, kill, say: (message: unknown) => listeners.forEach((listener) => listener(message)), die: ended.resolve }
}

const nothing = (_message: unknown): void => {}

function joined(vault: Partial<SecretVault> = {}, launch: (program: ChildProgram) => Child | null = () => null) {
  let toShell = nothing
  const over = Promise.withResolvers<void>()
  const clock = createFakeClock()
  const agent = createShellPorts((message) => toShell(structuredClone(message)))
  const run = startAgentRun({
    fork: () => ({
      send: (message) => {
        const heard = ToAgent.parse(structuredClone(message))
        if (heard.is !== 'start') agent.hear(heard)
      },
      onMessage: (listener) => {
        toShell = listener
      },
      onEnd: (listener) => void over.promise.then(listener),
      kill: over.resolve,
    }),
    vault: { keptIn: 'a test', sealed: true, load: async () => null, save: async () => {}, ...vault },
    launch,
    dataDirectory: '/data',
    sandbox: '/app/sandbox',
    clock,
  })
  return { run, agent, clock, say: (message: unknown) => toShell(message), die: over.resolve, vault: agent.vault({ keptIn: 'a test', sealed: true }) }
}

const PROGRAM: ChildProgram = { name: 'nvml-child', file: '', args: ['/lib/libnvidia-ml.so.1'], environment: { PATH: '/usr/bin' } }

test('secrets are read and kept by the keychain of the shell', async () => {
  const kept = new Map<string, string>()
  const { vault } = joined({ load: async (name) => kept.get(name) ?? null, save: async (name, secret) => void kept.set(name, secret) })
  expect(await vault.load('device-key')).toBeNull()
  await vault.save('device-key', 'PEM')
  expect(await vault.load('device-key')).toBe('PEM')
})

test('why a keychain does not open reaches the agent with its code', async () => {
  const { vault } = joined({ load: () => Promise.reject(new WindfallError('config.invalid', 'The keychain is locked.')) })
  await expect(vault.load('device-key')).rejects.toThrow(expect.objectContaining({ code: 'config.invalid', message: 'The keychain is locked.' }))
})

test('a program of the agent’s runs beside the shell, and both hear each other', async () => {
  const program = fakeProgram()
  const launch = vi.fn((_program: ChildProgram) => program.child)
  const { agent } = joined({}, launch)
  const child = agent.launch(PROGRAM)
  const [heard, ended] = [vi.fn(), vi.fn()]
  child?.onMessage(heard)
  child?.onEnd(ended)
  expect(launch).toHaveBeenCalledExactlyOnceWith(PROGRAM)
  child?.send({ id: 1 }, vi.fn())
  program.say({ id: 1, watts: 172 })
  expect(program.heard).toEqual([{ id: 1 }])
  expect(heard).toHaveBeenCalledExactlyOnceWith({ id: 1, watts: 172 })
  child?.kill()
  await expect.poll(() => ended).toHaveBeenCalledOnce()
  expect(program.kill).toHaveBeenCalledOnce()
})

test('a program that could not be started has ended; a message that cannot be sent says so', async () => {
  const { agent } = joined()
  const child = agent.launch(PROGRAM)
  const [ended, failed] = [vi.fn(), vi.fn()]
  child?.onEnd(ended)
  await expect.poll(() => ended).toHaveBeenCalledOnce()
  child?.send(() => 'a function is no message', failed)
  expect(failed).toHaveBeenCalledOnce()
})

test('programs end with the agent that wanted them', async () => {
  const program = fakeProgram()
  const { agent, run, die } = joined({}, () => program.child)
  agent.launch(PROGRAM)
  die()
  expect(await run.ended).toBeNull()
  expect(program.kill).toHaveBeenCalledOnce()
})

test('no program is out of reach because its number was given away again, and there is an end to how many run', () => {
  const programs: ReturnType<typeof fakeProgram>[] = []
  const { say, die, run } = joined({}, () => {
    const program = fakeProgram()
    programs.push(program)
    return program.child
  })
  const launch = (child: number) => say({ is: 'launch', child, name: 'nvml-child', args: [], environment: {} })
  launch(1)
  launch(1)
  expect(programs).toHaveLength(1)
  for (let child = 2; child < 1_000; child++) launch(child)
  expect(programs.length).toBeLessThan(100)
  die()
  return run.ended.then(() => expect(programs.every(({ kill }) => kill.mock.calls.length === 1)).toBe(true))
})

test('one that was ready and hangs without ending is ended, with the reason; one that beats, still starts or sleeps with its machine is not', async () => {
  const { run, clock, say } = joined()
  const ended = vi.fn()
  void run.ended.then(ended)
  // It may take as long as it likes to start.
  await clock.advance(600_000)
  say({ is: 'ready' })
  for (let minute = 0; minute < 5; minute++) {
    say({ is: 'beat' })
    await clock.advance(50_000)
  }
  run.tell({ is: 'report', report: { suspending: true } })
  await clock.advance(600_000)
  run.tell({ is: 'report', report: { suspending: false } })
  await clock.advance(50_000)
  expect(ended).not.toHaveBeenCalled()
  await clock.advance(60_000)
  expect(await run.ended).toMatchObject({ code: 'unavailable', message: 'It did not answer any more.' })
})

test('where the system has no room for another process, that is the reason', async () => {
  const run = startAgentRun({
    fork: () => null,
    vault: { keptIn: '', sealed: false, load: async () => null, save: async () => {} },
    launch: () => null,
    dataDirectory: '/data',
    sandbox: '',
    clock: createFakeClock(),
  })
  expect(await run.ended).toMatchObject({ code: 'unavailable' })
})

test.each([
  null,
  'ready',
  { is: 'ready', more: 1 },
  { is: 'load', ask: 1, name: '../../etc/passwd' },
  { is: 'load', ask: 1, name: 'device-key\0' },
  { is: 'save', ask: 1, name: 'a/b', secret: 'x' },
  { is: 'launch', child: 1, name: '../../../bin/sh', args: [], environment: {} },
  { is: 'launch', child: 1, name: 'evil', args: [], environment: {} },
  { is: 'launch', child: 1, name: 'nvml-child', args: 'rm -rf', environment: {} },
  { is: 'launch', child: 1, name: 'nvml-child', args: [], environment: { PATH: 1 } },
  { is: 'launch', child: 1, name: 'nvml-child', args: [], environment: { NODE_OPTIONS: '--import=data:text/javascript,1' } },
  { is: 'launch', child: 1, name: 'nvml-child', args: [], environment: { PATH: '/usr/bin', LD_PRELOAD: '/tmp/own.so' } },
  { is: 'launch', child: 1, name: 'nvml-child', args: [], environment: { ELECTRON_RUN_AS_NODE: '1' } },
  { is: 'quit-the-shell' },
])('what is no message of the protocol does nothing: %j', (message) => {
  const load = vi.fn(async () => null)
  const launch = vi.fn(() => null)
  const { say } = joined({ load, save: async () => void (await load()) }, launch)
  say(message)
  expect(load).not.toHaveBeenCalled()
  expect(launch).not.toHaveBeenCalled()
})
