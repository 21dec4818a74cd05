/** Where releases of Windfall come from, and whose word counts for them. */
import type { TrustedKeys } from './release-keys.ts'

export interface ReleaseRoot {
  /** The folder that holds `<channel>.json` and the files of releases, with a slash at its end; `null`: this build looks for no updates. */
  readonly address: string | null
  readonly channel: string
  /** The keys that sign releases when this is built; `null` where there are none yet. */
  readonly keys: TrustedKeys | null
}

/** A setting of the build, in the source so that a change of it is reviewed like code; resources/release/README.md says how it is set. */
export const RELEASE_ROOT: ReleaseRoot = { address: null, channel: 'stable', keys: null }
