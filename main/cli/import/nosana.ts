import { type Values, isValues } from './definition.ts'
import { type Draft, emptyDraft } from './draft.ts'
import { type Findings, type Rules, asNumber, asText, asTexts, asValues, readEnvironment, readKeys, rules } from './reading.ts'
import { NO_ENTRYPOINT, NO_NETWORK, NO_VOLUMES, NO_WORKDIR } from './shared-rules.ts'

const GB = 1e9

/**
 * Reads a Nosana job definition with a single `container/run` operation.
 * @see https://github.com/nosana-ci/nosana-sdk (`src/types/job.ts`); a command given as one text is for `/bin/sh -c`, as Nosana’s node runs it.
 */
export function readNosana(definition: Values, findings: Findings): Draft {
  const draft = emptyDraft()
  checkPlaceholders(definition, '', findings)
  const known = rules({
    version: (value, path) => void (value === '0.1' || findings.refused.push(`${path}: only version 0.1 is known here`)),
    type: (value, path) => void (value === 'container' || findings.refused.push(`${path}: only container is known here`)),
    meta: (value, path) => readKeys({ values: asValues(value, path, findings), path, known: metaRules(draft, findings), findings }),
    global: (value, path) => readKeys({ values: asValues(value, path, findings), path, known: argumentRules(draft, findings), findings }),
    logistics: { left: 'the job and its result go through the coordinator' },
    ops: () => undefined,
  })
  readKeys({ values: definition, path: '', known, findings })
  readOperation(definition['ops'], draft, findings)
  return draft
}

function metaRules(draft: Draft, findings: Findings): Rules {
  const resources = rules({
    required_vram: vramRule(draft, findings),
    required_cuda: { left: 'a machine’s driver decides which CUDA it has' },
  })
  const system = (value: unknown, path: string) => readKeys({ values: asValues(value, path, findings), path, known: resources, findings })
  return rules({ trigger: { left: 'it says only where the definition came from' }, system_resources: system, system_requirements: system })
}

const vramRule = (draft: Draft, findings: Findings) => (value: unknown, path: string) => {
  const gigabytes = asNumber(value, path, findings)
  if (gigabytes === null) return
  draft.vramBytes = Math.max(draft.vramBytes, Math.round(gigabytes * GB))
  draft.gpus = Math.max(draft.gpus, 1)
  findings.taken.push(`${path}: a GPU with ${gigabytes} GB`)
}

function readOperation(value: unknown, draft: Draft, findings: Findings): void {
  const ops = Array.isArray(value) ? value : []
  const runs = ops.filter((op) => isValues(op) && op['type'] === 'container/run')
  for (const [at, op] of ops.entries())
    if (!isValues(op) || (op['type'] !== 'container/run' && op['type'] !== 'container/create-volume'))
      findings.refused.push(`ops.${at}: only container/run is known here`)
    else if (op['type'] === 'container/create-volume') findings.refused.push(`ops.${at}: ${NO_VOLUMES}`)
  if (runs.length !== 1) return void findings.refused.push(`ops: ${runs.length} of them run something. A job runs one thing: give each a file of its own`)
  const path = `ops.${ops.indexOf(runs[0])}`
  const args = (given: unknown, at: string) => readKeys({ values: asValues(given, at, findings), path: at, known: argumentRules(draft, findings), findings })
  const known = rules({
    type: () => undefined,
    id: (id, at) => {
      draft.name = asText(id, at, findings)
      findings.taken.push(`${at}: the name`)
    },
    args,
    results: { left: 'nothing is searched for in the log. The job writes its result to /job/out/result' },
    execution: (given, at) => readKeys({ values: asValues(given, at, findings), path: at, known: EXECUTION, findings }),
  })
  readKeys({ values: runs[0] as Values, path, known, findings })
}

const EXECUTION = rules({
  group: { left: 'there is nothing beside the job' },
  depends_on: { refused: 'a job waits for no other. Submit it when the other has ended, then remove this' },
  stop_if_dependent_stops: { left: 'there is nothing beside the job' },
})

const argumentRules = (draft: Draft, findings: Findings): Rules =>
  rules({
    image: (value, path) => {
      draft.image = asText(value, path, findings)
      findings.taken.push(`${path}: what runs`)
    },
    cmd: (value, path) => {
      draft.args = typeof value === 'string' ? ['/bin/sh', '-c', value] : asTexts(value, path, findings)
      findings.taken.push(`${path}: the arguments${typeof value === 'string' ? ', through /bin/sh -c' : ''}`)
    },
    env: (value, path) => {
      draft.env = { ...draft.env, ...readEnvironment(value, path, findings) }
    },
    gpu: (value, path) => {
      if (typeof value !== 'boolean') findings.refused.push(`${path}: should be true or false`)
      if (value !== true) return
      draft.gpus = Math.max(draft.gpus, 1)
      findings.taken.push(`${path}: one GPU`)
    },
    required_vram: vramRule(draft, findings),
    entrypoint: { refused: NO_ENTRYPOINT },
    work_dir: { refused: NO_WORKDIR },
    volumes: { refused: NO_VOLUMES },
    resources: { refused: 'a job fetches nothing. Put the files into the image, then remove this' },
    authentication: { refused: 'nobody is given your password. Pull the image yourself, remove this, and submit with --archive' },
    variables: { refused: 'variables are not filled in here. Write the values where they are used' },
    output: { left: 'the job writes its result to /job/out/result' },
    expose: { left: NO_NETWORK },
    private: { left: 'a job and its output are its requester’s alone' },
  })

const PLACEHOLDER = /%%.+?%%/

/** What would be filled in from elsewhere is not run as it stands. */
function checkPlaceholders(value: unknown, path: string, findings: Findings): void {
  if (typeof value === 'string' && PLACEHOLDER.test(value)) findings.refused.push(`${path}: has a placeholder, which is not filled in here. Write the value`)
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`
    if (key === '__spread__') findings.refused.push(`${at}: is not filled in here. Write the values`)
    else checkPlaceholders(item, at, findings)
  }
}
