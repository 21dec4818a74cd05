export type Environment = Readonly<Record<string, string | undefined>>

/** What NVIDIA's library and programs may need to find their files. */
const NVIDIA_NEEDS = ['PATH', 'LD_LIBRARY_PATH', 'HOME', 'SystemRoot', 'ProgramFiles', 'TEMP']
/** What Windows' own libraries may need. */
const WINDOWS_NEEDS = ['PATH', 'SystemRoot', 'windir', 'TEMP']

/** These variables; nothing else of the agent's environment reaches a child. Names are compared as Windows does, which writes `Path`. */
export function passedOn(environment: Environment, names: readonly string[]): Record<string, string> {
  const wanted = new Set(names.map((name) => name.toUpperCase()))
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value !== undefined && wanted.has(name.toUpperCase()) ? [[name, value]] : [])),
  )
}

export const nvidiaEnvironment = (environment: Environment): Record<string, string> => passedOn(environment, NVIDIA_NEEDS)
export const windowsEnvironment = (environment: Environment): Record<string, string> => passedOn(environment, WINDOWS_NEEDS)

export const variable = (environment: Environment, wanted: string): string | undefined =>
  environment[wanted] ?? Object.entries(environment).find(([name]) => name.toUpperCase() === wanted.toUpperCase())?.[1]
