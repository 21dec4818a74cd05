import { JobSpec } from '../../../shared/contract/job.ts'

const MOST_REMEMBERED = 512
const remembered = new Map<string, JobSpec>()

/** A specification from its text: the jobs of an array say the same in many rows, and each job is read many times. Nobody changes what this answers. */
export function readSpec(text: string): JobSpec {
  const spec = remembered.get(text) ?? JobSpec.parse(JSON.parse(text))
  remembered.delete(text)
  remembered.set(text, spec)
  const [oldest] = remembered.keys()
  if (oldest !== undefined && remembered.size > MOST_REMEMBERED) remembered.delete(oldest)
  return spec
}
