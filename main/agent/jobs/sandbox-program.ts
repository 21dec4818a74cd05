/** What the process of a WebAssembly job is started from. */
export interface SandboxProgram {
  /** A plain Node: nothing else has the permission model. */
  readonly node: string
  /** The bundle of `wasm-child.ts`; `null` where the sources run as they are. */
  readonly childFile: string | null
  /** The engine in that Node, as `process.versions` names it. */
  readonly v8: string
}

/** Gives the program, or rejects with `runtime.unavailable`, why there is none and what to do. Asked before each start. */
export type OpenSandbox = () => Promise<SandboxProgram>

/** This very Node. */
export const thisNode =
  (childFile: string | null = null): OpenSandbox =>
  async () => ({ node: process.execPath, childFile, v8: process.versions.v8 })

const SYSTEMS: Partial<Readonly<Record<NodeJS.Platform, string>>> = { win32: 'win', darwin: 'mac' }

/** As electron-builder names systems. */
export const systemName = (platform: NodeJS.Platform): string => SYSTEMS[platform] ?? platform

/** Under which name the files for a machine are kept. */
export const sandboxName = ({ platform, arch }: Pick<NodeJS.Process, 'platform' | 'arch'>): string => `${systemName(platform)}-${arch}`
