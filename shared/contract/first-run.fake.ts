import type { Handlers } from './define.ts'
import type { Diagnosis, LogLine, diagnosisCalls } from './diagnosis.ts'
import { CONSENT_TEXT, type CoordinatorChoice, type FirstRun, type MachineFacts, type MonthEstimate, type firstRunCalls } from './first-run.ts'

/** A machine that has worked for long and that nobody asks anything of. */
const A_SETTLED_OWNER: FirstRun = {
  asked: false,
  step: 'welcome',
  later: false,
  consent: null,
  earlier: null,
  done: false,
  first: { phase: 'receipt', leaseId: 'lease-1', receiptId: 'receipt-1', problem: null },
}

/** The first start of an installation. */
export const A_NEW_OWNER: FirstRun = { ...A_SETTLED_OWNER, asked: true, first: { phase: 'waiting', leaseId: null, receiptId: null, problem: null } }

const FACTS: MachineFacts = {
  runtimes: [
    { name: 'docker', available: true, detail: '29.1.2' },
    { name: 'wasm', available: true, detail: '1' },
  ],
  power: 'none',
  seesInput: true,
}

const month = (hoursPerDay: number): MonthEstimate => ({
  hoursPerDay,
  currency: 'USD',
  net: { low: 450 * hoursPerDay, high: 650 * hoursPerDay, days: 14, hours: 4.2 },
  electricity: {
    lowWatts: 20,
    highWatts: 200,
    lowKWh: 0.6 * hoursPerDay,
    highKWh: 6 * hoursPerDay,
    cost: { low: 14 * hoursPerDay, high: 140 * hoursPerDay },
  },
})

type SetupHandlers = Handlers<typeof firstRunCalls & typeof diagnosisCalls, undefined>

/** Where an owner is at `now`, epoch milliseconds, what they choose from there, and a machine that has one thing to put right. */
export function setupHandlers(now: number, initial: FirstRun = A_SETTLED_OWNER): SetupHandlers {
  let state = initial
  let zone: string | null = null
  let diagnosis: Diagnosis = { state: 'none', startedAt: null, endedAt: null, of: 0, pending: [], groups: [], message: null }
  let coordinator: CoordinatorChoice = { url: 'https://grid.example.org', setBy: 'settings' }
  const at = new Date(now).toISOString()
  const become = (change: Partial<FirstRun>) => (state = { ...state, ...change })
  const zoneView = () => ({ zone: zone ?? 'GB-13', setBy: zone === null ? ('settings' as const) : ('window' as const) })
  return {
    getFirstRun: () => state,
    goToStep: ({ step }) => become({ step }),
    setUpLater: () => become({ later: true }),
    giveConsent: () => become({ consent: { at, text: CONSENT_TEXT }, earlier: null, later: false }),
    endFirstRun: () => become({ done: true }),
    getMachineFacts: () => FACTS,
    estimateMonth: ({ hoursPerDay }) => month(hoursPerDay),
    getZone: zoneView,
    setZone: (wanted) => {
      zone = wanted.zone
      return zoneView()
    },
    getCoordinator: () => coordinator,
    setCoordinator: ({ url }) => (coordinator = { url, setBy: 'window' }),
    findZone: () => ({ zone: 'GB-12', name: 'South England', source: 'the UK Carbon Intensity API', hint: null }),
    getDiagnosis: () => diagnosis,
    getVersions: () => ({
      versions: [
        { name: 'Windfall', version: '1.4.0' },
        { name: 'Node', version: '24.21.0' },
        { name: 'system', version: 'Linux 6.8, x64' },
      ],
    }),
    runDiagnosis: () => (diagnosis = aDiagnosis(now)),
    listLogs: () => ({ lines: someLogLines(now), kept: 2 }),
    getProblemReport: () => ({ text: '# Windfall problem report\n\n## Versions\n\n- Windfall: 1.4.0\n- Node: 24.21.0\n' }),
  }
}

/** An examination that has ended: one thing is broken, one worth a look. */
export const aDiagnosis = (now: number): Diagnosis => ({
  state: 'done',
  startedAt: new Date(now - 4_000).toISOString(),
  endedAt: new Date(now).toISOString(),
  of: 5,
  pending: [],
  groups: [
    {
      title: 'Computer',
      results: [
        { code: 'system', verdict: 'ok', evidence: 'Linux 6.8, x64, 16 processors', fix: null },
        { code: 'data-directory', verdict: 'fail', evidence: '$HOME/windfall can be read by other users', fix: 'chmod 700 "$HOME/windfall"' },
      ],
    },
    {
      title: 'Container engine',
      results: [
        {
          code: 'engine',
          verdict: 'warn',
          evidence: 'nothing listens at /var/run/docker.sock',
          fix: 'Start Docker, or install it: https://docs.docker.com/engine/install/',
        },
        { code: 'live-restore', verdict: 'skipped', evidence: 'no container engine answers', fix: null },
      ],
    },
    { title: 'What runs now', results: [{ code: 'agent', verdict: 'ok', evidence: 'earning in GB-13', fix: null }] },
  ],
  message: null,
})

/** The newest first. */
const someLogLines = (now: number): LogLine[] => [
  { at: new Date(now - 60_000).toISOString(), level: 'warn', message: 'the coordinator does not answer', about: '"reason":"connect ECONNREFUSED"' },
  { at: new Date(now - 120_000).toISOString(), level: 'info', message: 'the machine was given back', about: '"code":"owner-present","ms":412' },
]
