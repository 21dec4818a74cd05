import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { MachineFacts } from '../../../shared/contract/first-run.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { METHOD_WORD } from '../../lib/words.ts'

/** One thing that was looked for on this computer. */
export interface Found {
  readonly key: string
  /** `part`: it works, with less than it could. */
  readonly verdict: 'ok' | 'part' | 'missing' | 'none' | 'asleep'
  readonly title: string
  readonly text: string
  /** The one thing to do about it, in the words of whoever knows; `null` where nothing is needed. */
  readonly fix: string | null
}

/** What matters for earning on this computer, each with the one fix, and whether anything here can earn at all. */
export function findingsOf(
  status: Pick<AgentStatus, 'devices' | 'seen'>,
  facts: MachineFacts,
): { readonly found: readonly Found[]; readonly canEarn: boolean } {
  const sandbox = sandboxOf(facts)
  return {
    found: [...devicesOf(status), sandbox, idleOf(facts), powerOf(facts)],
    canEarn: status.devices.length > 0 && sandbox.verdict !== 'missing',
  }
}

function devicesOf({ devices, seen }: Pick<AgentStatus, 'devices' | 'seen'>): Found[] {
  const metered = devices.map(
    ({ deviceId, name, method }): Found => ({
      key: deviceId,
      verdict: method === 'estimate' ? 'part' : 'ok',
      title: name,
      text:
        method === 'estimate'
          ? t('Its energy cannot be read, so it is estimated, and receipts say so.')
          : t('Driver and energy can be read ({method}).', { method: METHOD_WORD[method].short }),
      fix: null,
    }),
  )
  const unused = seen
    .filter(({ reason, kind }) => kind === 'gpu' && reason !== 'not-used')
    .map(
      ({ name, busId, reason, advice }): Found => ({
        key: `${name} ${busId ?? ''}`,
        verdict: reason === 'asleep' ? 'asleep' : 'missing',
        title: name,
        text: reason === 'asleep' ? t('It sleeps now, and is looked at again when it wakes up.') : t('It is there, but cannot be used yet.'),
        fix: reason === 'asleep' ? null : advice,
      }),
    )
  const hasGpu = [...devices, ...seen].some(({ kind }) => kind === 'gpu')
  const none: Found = {
    key: 'gpu',
    verdict: 'none',
    title: t('GPU'),
    text: t('None was found. Jobs that need only the processor run here all the same.'),
    fix: null,
  }
  const nothing: Found = {
    key: 'devices',
    verdict: 'missing',
    title: t('Energy'),
    text: t('Nothing on this computer can be metered, and Windfall runs a job only where it can tell how much energy the job takes.'),
    fix: null,
  }
  return [...metered, ...unused, ...(hasGpu ? [] : [none]), ...(devices.length === 0 ? [nothing] : [])]
}

function sandboxOf({ runtimes }: MachineFacts): Found {
  const of = (name: string) => runtimes.find((runtime) => runtime.name === name)
  const [docker, wasm] = [of('docker'), of('wasm')]
  const found = { key: 'sandbox', title: t('Sandbox') }
  if (docker?.available)
    return {
      ...found,
      verdict: 'ok',
      text: t('Container engine {version} answers. Every job runs in a container of its own.', { version: docker.detail }),
      fix: null,
    }
  if (wasm?.available)
    return {
      ...found,
      verdict: 'part',
      text: t('Jobs run in WebAssembly. With a container engine such as Docker this computer can take more of them.'),
      fix: docker?.detail ?? null,
    }
  return { ...found, verdict: 'missing', text: t('No sandbox works here, so no job can run.'), fix: wasm?.detail ?? docker?.detail ?? null }
}

const idleOf = ({ seesInput }: MachineFacts): Found => ({
  key: 'idle',
  title: t('Idle detection'),
  verdict: seesInput ? 'ok' : 'missing',
  text: seesInput
    ? t('Windfall sees when you touch this computer, and gives it back at once.')
    : t('Nothing tells when somebody touches this computer. Until that is known, Windfall takes it as in use and runs nothing.'),
  fix: seesInput ? null : t('Start Windfall inside your desktop session. If nobody ever sits here, say so under Settings.'),
})

const POWER: Readonly<Record<MachineFacts['power'], () => Pick<Found, 'verdict' | 'text' | 'fix'>>> = {
  none: () => ({ verdict: 'ok', text: t('It has none, so it is always on mains power.'), fix: null }),
  mains: () => ({ verdict: 'ok', text: t('It is on mains power. On battery nothing runs.'), fix: null }),
  battery: () => ({ verdict: 'part', text: t('It runs on battery now. Jobs wait for mains power.'), fix: t('Plug it in.') }),
  unknown: () => ({
    verdict: 'missing',
    text: t('Nothing tells whether it runs on battery, so nothing runs.'),
    fix: t('Allow work on battery under Settings if it is always on mains power.'),
  }),
}

const powerOf = ({ power }: MachineFacts): Found => ({ key: 'battery', title: t('Battery'), ...POWER[power]() })
