/** `nvmlReturn_t` of nvml.h (NVML API 13): the codes that ask for different reactions. */
export const NvmlCode = {
  ok: 0,
  uninitialized: 1,
  invalidArgument: 2,
  notSupported: 3,
  noPermission: 4,
  notFound: 6,
  insufficientSize: 7,
  driverNotLoaded: 9,
  libraryNotFound: 12,
  functionNotFound: 13,
  gpuIsLost: 15,
  resetRequired: 16,
  operatingSystem: 17,
  versionMismatch: 18,
  noData: 21,
  argumentVersionMismatch: 25,
  notReady: 27,
  gpuNotFound: 28,
  unknown: 999,
} as const

const ADVICE: Readonly<Record<number, string>> = {
  [NvmlCode.noPermission]: 'This user may not read the GPU. Add it to the group that owns /dev/nvidia*, or run as a user who may.',
  [NvmlCode.driverNotLoaded]: 'The NVIDIA driver is installed but not loaded. Load the nvidia kernel module, or restart the machine.',
  [NvmlCode.libraryNotFound]: 'The NVIDIA management library cannot be loaded. Reinstall the NVIDIA driver.',
  [NvmlCode.gpuIsLost]: 'The GPU no longer answers on the bus. Restart the machine; if it happens again, check power and seating.',
  [NvmlCode.resetRequired]: 'The GPU asks for a reset. Restart the machine.',
  [NvmlCode.operatingSystem]: 'The operating system blocks access to the GPU, for example by a cgroup rule. Allow /dev/nvidia*.',
  [NvmlCode.versionMismatch]: 'The NVIDIA driver was updated while it was running. Restart the machine.',
}

/** One sentence for the owner. */
export const nvmlAdvice = (code: number): string => ADVICE[code] ?? `The NVIDIA driver answers with error ${code}.`

/** The device itself is gone; asking again through the same handle cannot help. */
export const isLost = (code: number): boolean => code === NvmlCode.gpuIsLost || code === NvmlCode.resetRequired || code === NvmlCode.gpuNotFound

/** The library as loaded is of no more use: it has to be loaded again, in a fresh process. */
export const needsReload = (code: number): boolean => code === NvmlCode.uninitialized || code === NvmlCode.versionMismatch || code === NvmlCode.driverNotLoaded
