/** When a machine may work, as its owner says. */
import { z } from 'zod'
import { TimeZone, WeekHours } from '../domain/local-week.ts'
import { Window } from './wire.ts'

/** When the owner allows work, in local time. */
export const Schedule = z.strictObject({ timeZone: TimeZone, allowed: z.array(WeekHours).min(1).max(50) })
export type Schedule = z.infer<typeof Schedule>

/**
 * When the owner lets jobs run: `always`; while the zone emits at most so much (`absolute`); while it is as clean as in the cleanest share
 * of the last 30 days (`percentile`); or in the window the coordinator chose for the job (`planned`).
 */
export const CarbonRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('always') }),
  z.strictObject({ kind: z.literal('absolute'), maxGPerKWh: z.number().positive().max(2_000) }),
  z.strictObject({ kind: z.literal('percentile'), percentile: z.number().min(1).max(100) }),
  z.strictObject({ kind: z.literal('planned') }),
])
export type CarbonRule = Readonly<z.infer<typeof CarbonRule>>

const seconds = (least: number, most: number) => z.number().int().min(least).max(most)

/** When this machine may work, as its owner set it. Each setting says “only when …” or “at once when …”. */
export const PolicyConfig = z.strictObject({
  /** The owner declares that nobody sits at this machine, so neither presence nor the load of its processor matters. */
  dedicated: z.boolean().default(false),
  /** Also while the owner uses the machine, but only on mains. Games, films and other users of the GPU still come first. */
  alsoWhenPresent: z.boolean().default(false),
  /** Only when nobody has touched the machine for this long. */
  idleStartS: seconds(10, 86_400).default(300),
  /** The same while the screen is locked, where that is shorter. */
  idleLockedS: seconds(10, 86_400).default(60),
  /** A job that rests because of a touch goes on when nobody touches the machine for this long, and has to go if that does not happen as soon. */
  quietAfterInputS: seconds(1, 300).default(20),
  /** A job that has to go gets this long to save its work; 0 ends it at once. */
  graceMs: z.number().int().min(0).max(1_500).default(1_500),
  /** Also while a program keeps the screen on, as players of films do. */
  alsoWhenMediaPlays: z.boolean().default(false),
  /** Allows work on battery, and where nobody can say what the machine runs on. */
  allowBattery: z.boolean().default(false),
  /** Work begins below, and stops above, these GPU temperatures. */
  startBelowC: z.number().min(30).max(110).default(80),
  stopAboveC: z.number().min(30).max(110).default(87),
  /** Only when others use less than this share of the processor. */
  othersBelowShare: z.number().min(0.05).max(1).default(0.5),
  /** Only when this much GPU memory stays free beside what the job needs: desktop and browser grow. */
  spareVramBytes: z.number().int().min(0).max(1_099_511_627_776).default(1_073_741_824),
  /** Images and modules are fetched over a metered network, too. */
  fetchOnMetered: z.boolean().default(false),
  /** Rest after a game, a program that filled the screen, or another user of the GPU is gone. */
  gameCooldownS: seconds(0, 3_600).default(300),
  /** Rest after work had to stop, so that a signal that flickers does not start and stop jobs. */
  cooldownS: seconds(0, 3_600).default(20),
  /** Rest after the machine woke up. */
  wakeCooldownS: seconds(0, 3_600).default(60),
  /** Programs that count as games beside those that are found, and those that do not: names, or parts of paths. */
  games: z
    .strictObject({ also: z.array(z.string().min(1).max(200)).max(200), never: z.array(z.string().min(1).max(200)).max(200) })
    .default({ also: [], never: [] }),
  /** `null`: at any time. */
  schedule: Schedule.nullable().default(null),
})
export type PolicyConfig = z.infer<typeof PolicyConfig>

/** What an owner may change while Windfall runs. */
export const OwnerRules = PolicyConfig.extend({
  gate: CarbonRule,
  /** Jobs start only when they are expected to earn more than their electricity costs. */
  onlyIfEarning: z.boolean(),
})
export type OwnerRules = Readonly<z.infer<typeof OwnerRules>>

export type RuleKey = keyof OwnerRules

/** What they are unless an owner says otherwise. */
export const DEFAULT_RULES: OwnerRules = OwnerRules.parse({ gate: { kind: 'planned' }, onlyIfEarning: false })

export const RulesView = z.strictObject({
  rules: OwnerRules,
  /** Where they were said; by a command is as good as in the window. */
  setBy: z.enum(['window', 'settings']),
  /** What the settings file says, which is gone back to. */
  settings: OwnerRules,
  /** The agent was started as on a machine that nobody sits at, so most of what would show its owner is not looked at until it is started again. */
  dedicated: z.boolean(),
})
export type RulesView = z.infer<typeof RulesView>

/** Which rules are others than the settings file says. */
export const changedRules = ({ rules, settings }: Pick<RulesView, 'rules' | 'settings'>): readonly RuleKey[] =>
  OwnerRules.keyof().options.filter((key) => JSON.stringify(rules[key]) !== JSON.stringify(settings[key]))

/** What a rule would call green, by what is known now. */
export const GatePreview = z.strictObject({ words: z.string().max(300), greenWindows: z.array(Window) })
export type GatePreview = z.infer<typeof GatePreview>
