import { type Values, isValues } from './definition.ts'
import type { Draft } from './draft.ts'
import { type Findings, type Rule, type Rules, asNumber, asValues, readKeys, rules } from './reading.ts'
import { byteCount } from './words.ts'

type Amount = 'memoryBytes' | 'reservedBytes'

const bytesRule =
  (draft: Draft, findings: Findings, amount: Amount): Rule =>
  (value, path) => {
    const bytes = byteCount(value)
    if (bytes === null || bytes === 0) return void findings.refused.push(`${path}: should be a size such as 512m or 4g`)
    draft[amount] = bytes
    findings.taken.push(`${path}: ${amount === 'memoryBytes' ? 'the memory it may use' : 'the memory a machine must have'}`)
  }

const cpusRule =
  (draft: Draft, findings: Findings): Rule =>
  (value, path) => {
    draft.cpus = asNumber(value, path, findings)
    findings.taken.push(`${path}: the CPUs it may use`)
  }

/** `cpus`, `mem_limit` and their like, beside the image. */
export const resourceRules = (draft: Draft, findings: Findings): Rules =>
  rules({
    cpus: cpusRule(draft, findings),
    mem_limit: bytesRule(draft, findings, 'memoryBytes'),
    mem_reservation: bytesRule(draft, findings, 'reservedBytes'),
  })

/** `deploy`. */
export function deployRules(draft: Draft, findings: Findings): Rules {
  const limits = rules({
    cpus: cpusRule(draft, findings),
    memory: bytesRule(draft, findings, 'memoryBytes'),
    pids: { left: 'this limit is the same for every job' },
  })
  const reservations = rules({
    cpus: { left: 'a machine is chosen by its memory and its GPUs' },
    memory: bytesRule(draft, findings, 'reservedBytes'),
    devices: gpusRule(draft, findings),
    generic_resources: { refused: 'a machine has nothing of the kind to give. Remove it if the job does without' },
  })
  const nested = (known: Rules) => (value: unknown, path: string) => readKeys({ values: asValues(value, path, findings), path, known, findings })
  return rules({
    resources: nested(rules({ limits: nested(limits), reservations: nested(reservations) })),
    replicas: (value, path) => void (value === 1 || findings.refused.push(`${path}: a job runs once. Submit it as often as it should run`)),
    mode: { left: 'a job runs once' },
    restart_policy: { left: 'a job that fails is tried again elsewhere, and one that is done is done' },
    placement: { left: 'the planner chooses the machine' },
    labels: { left: 'names and labels are the agent’s own' },
    update_config: { left: 'a job is never updated' },
    rollback_config: { left: 'a job is never updated' },
    endpoint_mode: { left: 'a job has no network' },
  })
}

/** `gpus: all`, or a list of device requests as below `reservations.devices`. */
export const gpusRule =
  (draft: Draft, findings: Findings): Rule =>
  (value, path) => {
    const requests = Array.isArray(value) ? value : [{ count: value }]
    const counts = requests.map((request: unknown, at) =>
      countDevice(isValues(request) ? request : { count: request }, Array.isArray(value) ? `${path}.${at}` : path, findings),
    )
    draft.gpus = Math.max(
      draft.gpus,
      counts.reduce((sum, count) => sum + count, 0),
    )
  }

function countDevice(request: Values, path: string, findings: Findings): number {
  let count: unknown = 'all'
  const known = rules({
    count: (value) => {
      count = value
    },
    device_ids: (value) => {
      count = Array.isArray(value) ? value.length : null
      findings.left.push(`${path}.device_ids: which GPU it is given is the machine’s to say; their number counts`)
    },
    capabilities: (value, at) => {
      if (!Array.isArray(value) || !value.flat().includes('gpu'))
        findings.refused.push(`${at}: a job is given GPUs and no other device. Remove it if the job does without`)
    },
    driver: (value, at) => void (value === 'nvidia' || findings.refused.push(`${at}: a job is given GPUs of NVIDIA only`)),
    options: { left: 'a driver is given no options' },
  })
  readKeys({ values: request, path, known, findings })
  const gpus = count === 'all' ? 1 : asNumber(count, `${path}.count`, findings)
  if (gpus === null) return 0
  if (count === 'all') findings.left.push(`${path}: “all” is one GPU here. Give a number for more`)
  findings.taken.push(`${path}: ${gpus === 1 ? 'one GPU' : `${gpus} GPUs`}`)
  return gpus
}
