import dns from 'node:dns/promises'
import { isIP } from 'node:net'
import type { JobRuntime } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { checkTarget, hostOf, mayReach } from '../../kernel/guarded-address.ts'
import { type ImageRules, familiarName, namesOf } from './image-rules.ts'

type DockerImage = Extract<JobRuntime, { name: 'docker' }>
export type RegistryCheck = (rules: Pick<ImageRules, 'allow'>, image: DockerImage) => Promise<void>

/** The host of a reference, and its port; `null` for Docker Hub. The first part of a name is one if it could not be a folder (distribution/reference). */
function registryOf(reference: string): string | null {
  const [first = '', ...rest] = familiarName(reference).split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : null
}

const lookupHere = async (host: string): Promise<readonly string[]> => (await dns.lookup(host, { all: true })).map(({ address }) => address)

async function isOutside(registry: string, lookup: typeof lookupHere): Promise<boolean> {
  const target = checkTarget(`https://${registry}/`, new Set())
  const host = hostOf(target.url)
  return mayReach(isIP(host) === 0 ? await lookup(host) : [host], target)
}

/**
 * Refuses to pull from a registry in the network of this machine: whoever submits a job could have the engine of its owner knock on doors there. The
 * owner may name such an image. Error: `runtime.unavailable`, because another machine may reach it.
 */
export const createRegistryCheck =
  (lookup = lookupHere): RegistryCheck =>
  async ({ allow }, image) => {
    const registry = image.archive === null && image.reference !== null ? registryOf(image.reference) : null
    const isNamed = allow?.some((entry) => entry !== '*' && namesOf(image).includes(familiarName(entry))) ?? false
    if (registry === null || isNamed || (await isOutside(registry, lookup).catch(() => false))) return
    throw new WindfallError(
      'runtime.unavailable',
      `The registry ${registry} is not one of the public internet. To use it all the same, the owner adds the image to agent.images.allow in settings.json.`,
    )
  }
