import { type Check, type Finding, ok, single, skipped, warn } from './check.ts'
import type { SignalLook } from './signal-look.ts'

const readBy = (look: SignalLook, signal: string): string => {
  const sources = look.states.filter((state) => state.signal === signal && state.state === 'ok').map(({ source }) => source)
  return sources.length > 0 ? `, by ${[...new Set(sources)].join(' and ')}` : ''
}

const failed = (look: SignalLook, signal: string): string[] =>
  look.states.filter((state) => state.signal === signal && state.state === 'failed').map(({ source }) => source)

export function judgePower(look: SignalLook): Finding {
  const by = readBy(look, 'power')
  switch (look.power) {
    case 'none':
      return ok(`no battery: always on the mains${by}`)
    case 'mains':
      return ok(`on the mains${by}`)
    case 'battery':
      return ok(`on battery${by}: no job runs until the charger is in`)
    case 'unknown':
      return warn(
        `nobody tells whether this machine runs on battery${by}`,
        'No job runs until that is known. On a machine that is always on the mains: windfall agent --dedicated',
      )
  }
}

/** Without a source that sees the owner's input, an agent on a machine that people sit at runs nothing. */
export function judgeIdle(look: SignalLook): Finding {
  if (look.inputIdle !== 'unknown') return ok(`last input ${Math.round(look.inputIdle)} s ago${readBy(look, 'inputIdle')}`)
  const broken = failed(look, 'inputIdle')
  return warn(
    broken.length > 0
      ? `${broken.join(' and ')} should tell when somebody last touched this machine, and does not`
      : 'nothing tells when somebody last touched this machine',
    'Start the agent within the desktop session, or the Windfall app, which can see it. If nobody ever sits here: windfall agent --dedicated',
  )
}

export function judgeMetered(look: SignalLook): Finding {
  const by = readBy(look, 'network')
  if (look.network === 'metered') return ok(`metered${by}: nothing large is loaded over it`)
  if (look.network === 'free') return ok(`not metered${by}`)
  return skipped('nothing on this machine tells whether the network is metered; it counts as free')
}

/** On Windows and macOS only the app, or a running agent, can see these. */
const onLinux =
  (judge: (look: SignalLook) => Finding): Parameters<typeof single>[1] =>
  async ({ facts, platform }) => {
    if (platform === 'linux') return judge(await facts.signals())
    const status = await facts.status()
    const blind = status?.reasons.find(({ code }) => code === 'presence-unknown')
    return status && !blind ? ok('the running agent can see it') : skipped(blind?.message ?? 'only a running agent can see it on this system')
  }

export const POWER_CHECKS: readonly Check[] = [
  single('power-source', onLinux(judgePower)),
  single('idle-signal', onLinux(judgeIdle)),
  single('metered-network', onLinux(judgeMetered)),
]
