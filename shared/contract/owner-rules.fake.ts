import type { Handlers } from './define.ts'
import type { agentContract } from './agent.ts'
import { DEFAULT_RULES, type OwnerRules } from './owner-rules.ts'

type RuleHandlers = Pick<Handlers<typeof agentContract, undefined>, 'getRules' | 'setRules' | 'previewGate'>

/** An agent that keeps its owner's rules in memory, and foresees one green window whatever the rule is. */
export function ruleHandlers(at: number, settings: OwnerRules = DEFAULT_RULES): RuleHandlers {
  let own: OwnerRules | null = null
  const view = () => ({ rules: own ?? settings, setBy: own ? ('window' as const) : ('settings' as const), settings, dedicated: false })
  const iso = (hours: number) => new Date(at + hours * 3_600_000).toISOString()
  return {
    getRules: view,
    setRules: ({ rules }) => {
      own = rules
      return view()
    },
    previewGate: ({ gate }) => ({
      words: gate.kind === 'absolute' ? `Runs at or below ${gate.maxGPerKWh} gCO2/kWh.` : 'Runs in the window planned for each job.',
      greenWindows: [{ from: iso(2), to: iso(5) }],
    }),
  }
}
