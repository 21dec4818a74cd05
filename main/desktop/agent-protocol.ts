/**
 * What the shell and the agent's process say to each other, beside the contract, which goes over the agent's loopback server as for every
 * window. Either side checks what it hears: a process that handles other people's jobs is not simply believed.
 */
import { z } from 'zod'

/** All that a program may get of an environment, in capitals: nothing that tells Node or Electron what else to run. */
export const CHILD_VARIABLES: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'TEMP',
  'LC_ALL',
  'LD_LIBRARY_PATH',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PROGRAMFILES',
  'PROGRAMDATA',
  'PSMODULEPATH',
])

const ask = z.int().min(1)

export const SignalNote = z.strictObject({
  inputIdle: z.number().min(0).exactOptional(),
  locked: z.boolean().exactOptional(),
  power: z.enum(['mains', 'battery']).exactOptional(),
  suspending: z.boolean().exactOptional(),
})
export type SignalNote = z.infer<typeof SignalNote>

const ProblemNote = z.object({ code: z.string().max(64), detail: z.string().max(2_000) })
/** The name of a secret is part of a file's name. */
const SecretName = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/)
const Secret = z.string().max(65_536)

/** From the shell to the agent. */
export const ToAgent = z.discriminatedUnion('is', [
  z.strictObject({
    is: z.literal('start'),
    dataDirectory: z.string(),
    vault: z.strictObject({ keptIn: z.string(), sealed: z.boolean() }),
    /** The folder of what WebAssembly jobs are locked up in: only the main process knows where the application lies. */
    sandbox: z.string(),
  }),
  z.strictObject({ is: z.literal('report'), report: SignalNote }),
  /** The answer to `load` or `save`. */
  z.strictObject({ is: z.literal('secret'), ask, secret: Secret.nullable() }),
  z.strictObject({ is: z.literal('no-secret'), ask, problem: ProblemNote }),
  z.strictObject({ is: z.literal('child-said'), child: ask, message: z.unknown() }),
  z.strictObject({ is: z.literal('child-ended'), child: ask }),
  z.strictObject({ is: z.literal('stop') }),
])
export type ToAgent = z.infer<typeof ToAgent>

/** From the agent to the shell. */
export const ToShell = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('ready') }),
  /** It lives; every so often once it is ready, see `heartbeat.ts`. */
  z.strictObject({ is: z.literal('beat') }),
  /** It could not start, or a part of it failed; it ends by itself now. */
  z.strictObject({ is: z.literal('failed'), problem: ProblemNote }),
  z.strictObject({ is: z.literal('load'), ask, name: SecretName }),
  z.strictObject({ is: z.literal('save'), ask, name: SecretName, secret: Secret }),
  /** Runs one of our own programs beside the shell, since this process cannot. */
  z.strictObject({
    is: z.literal('launch'),
    child: ask,
    name: z.string().regex(/^[a-z]{1,20}(?:-[a-z]{1,20}){0,3}-child$/),
    args: z.array(z.string().max(4_096)).max(16),
    environment: z.record(z.string().max(256), z.string().max(32_768)),
  }),
  z.strictObject({ is: z.literal('child-hears'), child: ask, message: z.unknown() }),
  z.strictObject({ is: z.literal('child-kill'), child: ask }),
])
export type ToShell = z.infer<typeof ToShell>
