/** A private bus with services that stand in for those of a desktop, over another implementation of the protocol. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Message, type MessageBus, Variant, sessionBus } from '@jellybrick/dbus-next'
import { skipFor } from '../../../kernel/requirement.fixture.ts'

/** Why tests that need a bus cannot run here, or `null`. See {@link skipFor}. */
export function missingDBusDaemon(): string | null {
  if (process.platform === 'linux' && spawnSync('dbus-daemon', ['--version'], { stdio: 'ignore' }).error === undefined) return null
  return skipFor('D-Bus', 'dbus-daemon not found; Debian package dbus-daemon')
}

/** What a service answers: signature and value of its only result, an error's name, or nothing at all. */
export type FakeAnswer = readonly [signature: string, value: unknown] | { readonly error: string } | 'silence'

interface FakeService {
  readonly name: string
  /** By `member`, or by `Interface.Property` for a property. */
  readonly answers: Map<string, FakeAnswer>
  readonly emit: (path: string, of: string, member: string) => void
  /** Gives the name back, as a program that ended. */
  readonly vanish: () => Promise<void>
  readonly returns: () => Promise<void>
}

export interface PrivateBus extends AsyncDisposable {
  readonly address: string
  readonly serve: (name: string, answers: Readonly<Record<string, FakeAnswer>>) => Promise<FakeService>
  /** Ends the daemon and starts it again at the same address, without its services. */
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
}

const CONFIG = (socket: string) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=${socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

export async function startPrivateBus(): Promise<PrivateBus> {
  const folder = mkdtempSync(join(tmpdir(), 'bus-'))
  const [socket, config] = [join(folder, 's'), join(folder, 'conf')]
  writeFileSync(config, CONFIG(socket))
  const address = `unix:path=${socket}`
  const clients: MessageBus[] = []
  let end = await launch(config)
  const stop = async () => {
    for (const client of clients.splice(0)) client.disconnect()
    await end()
    rmSync(socket, { force: true })
  }
  return {
    address,
    async serve(name, answers) {
      const client = sessionBus({ busAddress: address })
      client.on('error' as 'connect', () => undefined)
      clients.push(client)
      return serve(client, name, new Map(Object.entries(answers)))
    },
    async restart() {
      await stop()
      end = await launch(config)
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function launch(config: string): Promise<() => Promise<void>> {
  const child = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address=1'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    child.once('exit', () => reject(new Error('dbus-daemon did not start')))
  })
  return async () => {
    child.kill('SIGTERM')
    await ended
  }
}

async function serve(client: MessageBus, name: string, answers: Map<string, FakeAnswer>): Promise<FakeService> {
  client.addMethodHandler((call: Message) => {
    const answer = answers.get(keyOf(call)) ?? { error: 'org.freedesktop.DBus.Error.UnknownMethod' }
    if (answer === 'silence') return true
    client.send('error' in answer ? Message.newError(call, answer.error) : Message.newMethodReturn(call, ...reply(call, answer)))
    return true
  })
  await client.requestName(name)
  return {
    name,
    answers,
    emit: (path, of, member) => client.send(Message.newSignal(path, of, member)),
    vanish: async () => void (await client.releaseName(name)),
    returns: async () => void (await client.requestName(name)),
  }
}

const keyOf = ({ member, body }: Message): string => (member === 'Get' ? `${String(body[0]).split('.').at(-1)}.${String(body[1])}` : member)

/** A property comes in a variant, in the shape that the library wants it. */
function reply({ member }: Message, [signature, value]: readonly [string, unknown]): [string, unknown[]] {
  return member === 'Get' ? ['v', [new Variant(signature, value)]] : [signature, [value]]
}
