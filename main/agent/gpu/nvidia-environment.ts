/** What NVIDIA's library and programs may need to find their files; nothing else of the agent's environment reaches them. */
const PASSED_ON = new Set(['PATH', 'LD_LIBRARY_PATH', 'HOME', 'SYSTEMROOT', 'PROGRAMFILES', 'TEMP'])

export type Environment = Readonly<Record<string, string | undefined>>

/** Names are compared as Windows does, which writes `Path`. */
export const passedOn = (environment: Environment): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (value !== undefined && PASSED_ON.has(name.toUpperCase()) ? [[name, value]] : [])))

export const variable = (environment: Environment, wanted: string): string | undefined =>
  environment[wanted] ?? Object.entries(environment).find(([name]) => name.toUpperCase() === wanted.toUpperCase())?.[1]
