import { JobSpec } from '../../../shared/contract/job.ts'

/** Of all that is remembered, as text: jobs with long arguments push others out sooner. */
const MOST_CHARACTERS = 2_097_152

/** Reads specifications, and remembers those that were read last up to so many characters of text. */
export function createSpecReader(mostCharacters: number): { readonly read: (text: string) => JobSpec; readonly characters: () => number } {
  const remembered = new Map<string, JobSpec>()
  let characters = 0
  return {
    characters: () => characters,
    read(text) {
      const known = remembered.get(text)
      const spec = known ?? JobSpec.parse(JSON.parse(text))
      if (known) remembered.delete(text)
      else characters += text.length
      remembered.set(text, spec)
      for (const oldest of remembered.keys()) {
        if (characters <= mostCharacters) break
        remembered.delete(oldest)
        characters -= oldest.length
      }
      return spec
    },
  }
}

/** A specification from its text: the jobs of an array say the same in many rows, and each job is read many times. Nobody changes what this answers. */
export const readSpec = createSpecReader(MOST_CHARACTERS).read
