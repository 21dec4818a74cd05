import { type Values, isValues } from './definition.ts'
import { type Draft, emptyDraft } from './draft.ts'
import { deployRules, gpusRule, resourceRules } from './compose-resources.ts'
import { type Findings, type Rule, type Rules, asText, asTexts, asValues, readEnvironment, readKeys, rules } from './reading.ts'
import { HARDENED, NO_ENTRYPOINT, NO_NETWORK, NO_PRIVILEGE, NO_VOLUMES, NO_WORKDIR } from './shared-rules.ts'
import { shellWords } from './words.ts'

/** Reads a docker-compose file with a single service. @see https://github.com/compose-spec/compose-spec (`05-services.md`, `deploy.md`) */
export function readCompose(definition: Values, findings: Findings): Draft {
  const draft = emptyDraft()
  const services = asValues(definition['services'], 'services', findings)
  const extensions = Object.keys(definition).filter((key) => key.startsWith('x-'))
  const known = new Map([...TOP, ...rules(Object.fromEntries(extensions.map((key) => [key, { left: 'it says nothing to docker-compose either' }])))])
  readKeys({ values: definition, path: '', known, findings })
  const [service, ...others] = Object.entries(services)
  if (service === undefined || others.length > 0)
    findings.refused.push(`services: there are ${Object.keys(services).length}. A job runs one: give each a file of its own`)
  else {
    const [name, value] = service
    const path = `services.${name}`
    draft.name = name
    readKeys({ values: asValues(literal(value, path, findings), path, findings), path, known: serviceRules(draft, findings), findings })
  }
  return draft
}

const TOP: Rules = rules({
  services: () => undefined,
  name: { left: 'the job is named after its service' },
  version: { left: 'docker-compose itself no longer reads it' },
  networks: { left: NO_NETWORK },
  volumes: { refused: NO_VOLUMES },
  configs: { refused: 'there is nowhere to take it from. Put it into the image or an environment variable, then remove this' },
  secrets: { refused: 'the owner of a machine can read what runs on it. Do without secrets, then remove this' },
  include: { refused: 'only this file is read. docker compose config writes everything into one' },
})

const serviceRules = (draft: Draft, findings: Findings): Rules =>
  new Map([
    ...SERVICE,
    ...resourceRules(draft, findings),
    ...rules({
      image: (value, path) => {
        draft.image = asText(value, path, findings)
        findings.taken.push(`${path}: what runs`)
      },
      command: (value, path) => {
        if (value === null) return
        draft.args = (typeof value === 'string' ? shellWords(value) : asTexts(value, path, findings)) ?? []
        if (typeof value === 'string' && shellWords(value) === null) findings.refused.push(`${path}: a quotation does not end`)
        findings.taken.push(`${path}: the arguments`)
      },
      environment: (value, path) => {
        draft.env = readEnvironment(value, path, findings)
      },
      gpus: gpusRule(draft, findings),
      runtime: (value, path) => {
        if (value !== 'nvidia') return void findings.refused.push(`${path}: the machine’s owner chooses it. Remove it if the job does without`)
        draft.gpus = Math.max(draft.gpus, 1)
        findings.taken.push(`${path}: a GPU`)
      },
      platform: (value, path) => {
        if (value === 'linux/amd64' || value === 'linux') return void findings.left.push(`${path}: the image says what it is for`)
        findings.refused.push(`${path}: a machine is not chosen by it. Remove it if the image runs on linux/amd64`)
      },
      network_mode: (value, path) => {
        if (value === 'none') return void findings.taken.push(`${path}: no job has a network`)
        findings.left.push(`${path}: ${NO_NETWORK}`)
      },
      deploy: (value, path) => readKeys({ values: asValues(value, path, findings), path, known: deployRules(draft, findings), findings }),
    }),
  ])

const left = (why: string, ...keys: readonly string[]) => keys.map((key) => [key, { left: why }] as const)
const refused = (why: string, ...keys: readonly string[]) => keys.map((key) => [key, { refused: why }] as const)

const SERVICE: Rules = new Map<string, Rule>([
  ...left(NO_NETWORK, 'ports', 'expose', 'networks', 'hostname', 'domainname', 'dns', 'dns_search', 'dns_opt', 'extra_hosts', 'links', 'mac_address'),
  ...left('whether a job is well is told by its proofs and its end', 'healthcheck'),
  ...left('a job that fails is tried again elsewhere, and one that is done is done', 'restart'),
  ...left('names and labels are the agent’s own', 'container_name', 'labels', 'annotations'),
  ...left('the coordinator keeps the log', 'logging'),
  ...left('nobody sits before a job', 'stdin_open', 'tty', 'attach'),
  ...left('every job is stopped alike: SIGTERM, a moment to save, SIGKILL', 'stop_signal', 'stop_grace_period', 'init'),
  ...left('the image comes by digest', 'pull_policy'),
  ...left('a file is imported as a whole', 'profiles'),
  ...left(HARDENED, 'user', 'read_only', 'cap_drop', 'security_opt'),
  ...left(
    'these limits are the same for every job',
    'ulimits',
    'pids_limit',
    'oom_kill_disable',
    'oom_score_adj',
    'mem_swappiness',
    'memswap_limit',
    'cpu_shares',
  ),
  ...left('every job has 64 MiB of shared memory', 'shm_size'),
  ...refused(NO_VOLUMES, 'volumes', 'volumes_from'),
  ...refused('a job writes to /tmp, /job/out and /job/ckpt. Have it use these, then remove this', 'tmpfs'),
  ...refused(
    NO_PRIVILEGE,
    'privileged',
    'cap_add',
    'devices',
    'device_cgroup_rules',
    'pid',
    'ipc',
    'userns_mode',
    'uts',
    'cgroup',
    'cgroup_parent',
    'sysctls',
    'group_add',
  ),
  ...refused(NO_ENTRYPOINT, 'entrypoint'),
  ...refused(NO_WORKDIR, 'working_dir'),
  ...refused('only this file is read. docker compose config writes everything into one', 'env_file', 'extends', 'label_file'),
  ...refused('nothing is built here. Build and name the image, then remove this', 'build'),
  ...refused('a job waits for no other. Remove it if the job does without', 'depends_on'),
  ...refused('there is nowhere to take it from. Put it into the image or an environment variable, then remove this', 'configs'),
  ...refused('the owner of a machine can read what runs on it. Do without secrets, then remove this', 'secrets'),
])

/** `$NAME` and `${NAME}`, not `$$`. */
const VARIABLE = /(?<!\$)(?:\$\$)*\$(?:\{|[A-Za-z_])/

/** docker-compose fills variables in from the shell; here they would run as they stand, so they are refused. `$$` is its way to write `$`. */
function literal(value: unknown, path: string, findings: Findings): unknown {
  if (typeof value === 'string') {
    if (VARIABLE.test(value)) findings.refused.push(`${path}: has a variable, which is not filled in here. docker compose config writes the values`)
    return value.replaceAll('$$', () => '$')
  }
  if (Array.isArray(value)) return value.map((item: unknown, at) => literal(item, `${path}.${at}`, findings))
  if (!isValues(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literal(item, `${path}.${key}`, findings)]))
}
