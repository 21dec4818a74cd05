import { JOB_UID } from './job-archive.ts'

/** What came of one question: what was read or done, or the error number (errno) of the kernel's refusal. */
type Answer = { readonly text: string } | { readonly errno: number }
export type Answers = ReadonlyMap<string, Answer>

/** Takes the program's output apart. A question without an answer is missing. */
export function parseAnswers(output: string): Answers {
  const parts = output.split(/^@(?=[a-z]\/)/m).slice(1)
  return new Map(
    parts.map((part) => {
      const end = part.indexOf('\n')
      const text = part.slice(end + 1).trimEnd()
      const errno = /^!(\d{1,4})$/.exec(text)?.[1]
      return [part.slice(0, end), errno === undefined ? { text } : { errno: Number(errno) }] as const
    }),
  )
}

export const textOf = (answers: Answers, question: string): string | null => {
  const answer = answers.get(question)
  return answer && 'text' in answer ? answer.text : null
}

const STATUS = 'r/proc/self/status'
const INTERFACES = 'r/proc/net/dev'
const ROUTES = 'r/proc/net/route'
const DEVICES = 'l/dev'
/** `/open` is a folder that everybody may write to, so only a read-only file system stands in the way. */
const WRITE = 'w/open/file'
const MOUNT = 'm/tmp'
const FORBIDDEN = ['o/proc/sysrq-trigger', 'o/dev/mem', 'o/dev/kmsg', 'o/var/run/docker.sock']

export const CONTAINMENT_QUESTIONS: readonly string[] = [STATUS, INTERFACES, ROUTES, DEVICES, WRITE, MOUNT, ...FORBIDDEN]

const CAPABILITIES = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']
/** Docker's and Podman's own minimum (OCI runtime specification, "Default Devices"). */
const USUAL_DEVICES = /^(?:\.{1,2}|console|core|fd|full|mqueue|null|ptmx|pts|random|shm|std(?:in|out|err)|tty|urandom|zero)$/
/** The kernel puts these into every network of its own as soon as their modules are loaded; they lead nowhere. */
const IDLE_TUNNELS = /^(?:tunl|gre|gretap|erspan|ip_vti|ip6_vti|sit|ip6tnl|ip6gre)0$/

/** What a job could do here that it must not, each in a few words; empty if the container holds. */
export function escapesIn(answers: Answers): string[] {
  const status = fieldsOf(textOf(answers, STATUS) ?? '')
  const unanswered = CONTAINMENT_QUESTIONS.filter((question) => !answers.has(question))
  if (unanswered.length > 0) return [`no answer to ${unanswered.join(', ')}`]
  return [...whoItIs(status), ...whatItReaches(answers)]
}

const fieldsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split('\n').map((line) => [line.split(':', 1)[0] ?? '', line.slice(line.indexOf(':') + 1).trim()] as const))

const unless = (held: boolean, finding: string): string[] => (held ? [] : [finding])

function whoItIs(status: ReadonlyMap<string, string>): string[] {
  const ids = `${status.get('Uid') ?? ''} ${status.get('Gid') ?? ''}`.split(/\s+/)
  const held = CAPABILITIES.filter((name) => !/^0+$/.test(status.get(name) ?? ''))
  return [
    ...unless(
      ids.length === 8 && ids.every((id) => id === String(JOB_UID)),
      `it runs as user ${status.get('Uid')?.split(/\s+/)[0] ?? 'unknown'}, not as ${JOB_UID}`,
    ),
    ...unless(held.length === 0, `it has capabilities (${held.map((name) => `${name} ${status.get(name) ?? 'unknown'}`).join(', ')})`),
    ...unless(status.get('NoNewPrivs') === '1', 'it can gain privileges (NoNewPrivs is not set)'),
    ...unless(status.get('Seccomp') === '2', 'no seccomp filter is on it'),
  ]
}

function whatItReaches(answers: Answers): string[] {
  const names = [...(textOf(answers, INTERFACES) ?? '').matchAll(/^\s*(\S+):/gm)].map(([, name = '']) => name)
  const networks = names.filter((name) => name !== 'lo' && !IDLE_TUNNELS.test(name))
  const routes = (textOf(answers, ROUTES) ?? '').split('\n').slice(1)
  const devices = devicesIn(answers).filter((name) => !USUAL_DEVICES.test(name) && !isGpuDevice(name))
  return [
    ...unless(networks.length === 0, `it sees the network (${networks.join(', ')})`),
    ...unless(routes.length === 0, 'it has a way to the network'),
    ...unless(devices.length === 0, `it sees devices (${devices.slice(0, 5).join(', ')})`),
    ...[WRITE, MOUNT, ...FORBIDDEN].filter((question) => 'text' in (answers.get(question) ?? {})).map((question) => `it may ${inWords(question)}`),
  ]
}

const VERBS: Readonly<Record<string, string>> = { w: 'write to', m: 'mount on', o: 'open', l: 'list' }
const inWords = (question: string): string => `${VERBS[question.charAt(0)] ?? ''} ${question.slice(1)}`

/** Names in the container's `/dev`. */
export const devicesIn = (answers: Answers): string[] => (textOf(answers, DEVICES) ?? '').split('\n')

/** Device nodes of a GPU driver: NVIDIA's, and Microsoft's inside WSL. */
const isGpuDevice = (name: string): boolean => /^(?:nvidia|dri$|dxg$)/.test(name)
