export interface EngineFacts {
  readonly version: string
  readonly os: string
  readonly cpus: number
  /** Kernel features that the hardened container needs and this engine lacks. */
  readonly missing: readonly string[]
  /** Devices that the engine injects by a CDI specification, by their qualified names (`nvidia.com/gpu=GPU-…`). */
  readonly cdiDevices: readonly string[]
  /** Whether it takes a seccomp profile of ours. Podman takes only one that lies on its own disk, so there its own stays on. */
  readonly takesSeccomp: boolean
}
