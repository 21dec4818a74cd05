import { OwnerRules } from '../../shared/contract/owner-rules.ts'
import { withSecrets } from '../kernel/secret-setting.ts'
import { readSettings } from '../kernel/settings-file.ts'
import { type AgentConfig, parseAgentConfig } from './config.ts'

export interface ConfigSources {
  readonly dataDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What holds unless the owner wrote otherwise. */
  readonly granted?: Pick<Partial<AgentConfig>, 'policy' | 'askFirst'>
  /** Said by the owner for this start only; what is `undefined` was not said. */
  readonly given?: Readonly<Record<string, unknown>> & { readonly policy?: Readonly<Record<string, unknown>> | undefined }
}

const RULE_KEYS = OwnerRules.keyof().options
const isIn = (key: string, said: unknown): boolean => (said as Readonly<Record<string, unknown>> | undefined)?.[key] !== undefined

const defined = (values: object) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/** What is granted, then the settings file, then environment, then what is given; the last one wins, for each rule of the policy alone. Error: `config.invalid`. */
export function readAgentConfig({ dataDirectory, environment, granted = {}, given = {} }: ConfigSources): AgentConfig {
  const settings = readSettings(dataDirectory).agent
  const policy = { ...granted.policy, ...(settings['policy'] as object | undefined), ...given.policy }
  return parseAgentConfig({
    ...defined({ askFirst: granted.askFirst }),
    ...settings,
    ...defined({ coordinatorUrl: environment['WINDFALL_COORDINATOR'], ...withSecrets({ enrolmentToken: 'WINDFALL_ENROLMENT_TOKEN' }, environment, {}) }),
    ...defined(given),
    policy,
    namedCoordinator: (given['coordinatorUrl'] ?? environment['WINDFALL_COORDINATOR']) !== undefined,
    saidRules: RULE_KEYS.filter((key) => [settings, settings['policy'], given, given.policy].some((said) => isIn(key, said))),
    dataDirectory,
  })
}
