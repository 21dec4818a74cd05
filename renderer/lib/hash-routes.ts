/** Hash routes, because the same files are served by `app://` and by small servers, none of which rewrites paths. */

type Params<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Readonly<Record<Name, string>> & Params<Rest>
  : P extends `${string}:${infer Name}`
    ? Readonly<Record<Name, string>>
    : unknown

/** Path of each page, `:name` for what differs, such as `/jobs/:jobId`. */
export type Paths = Readonly<Record<string, string>>
export type RouteOf<P extends Paths> = { readonly [K in keyof P & string]: { readonly page: K } & Params<P[K]> }[keyof P & string]

const ID = /^[A-Za-z0-9_-]{1,64}$/

interface HashRoutes<P extends Paths> {
  /** The address of a page, for an `href`; with what is looked for there, if anything. */
  readonly hrefOf: (route: RouteOf<P>, query?: URLSearchParams) => string
  /** The page an address names; `null` if there is no such page. */
  readonly routeOf: (hash: string) => RouteOf<P> | null
}

/** What is looked for on a page, as the text behind the question mark of an address. */
export const queryOf = (hash: string): string => {
  const at = hash.indexOf('?')
  return at === -1 ? '' : hash.slice(at + 1)
}

/** Addresses of these pages, both ways. `isSearched` says of which an address may go on behind a question mark. */
export function createHashRoutes<const P extends Paths>(paths: P, isSearched: (page: keyof P & string) => boolean): HashRoutes<P> {
  return {
    hrefOf(route, query) {
      const values: Readonly<Record<string, string>> = route
      const path = (paths[route.page] ?? '/').replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))
      const text = query?.toString() ?? ''
      return `#${path}${text === '' ? '' : `?${text}`}`
    },
    routeOf(hash) {
      const [address = '', ...query] = hash.replace(/^#/, '').split('?')
      const parts = (address || '/').split('/')
      for (const [page, path] of Object.entries(paths)) {
        const params = match(path.split('/'), parts)
        if (params && (query.length === 0 || isSearched(page))) return { page, ...params } as RouteOf<P>
      }
      return null
    },
  }
}

function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  const fits =
    pattern.length === parts.length && pattern.every((expected, index) => (expected.startsWith(':') ? ID.test(parts[index] ?? '') : expected === parts[index]))
  if (!fits) return null
  return Object.fromEntries(pattern.flatMap((expected, index) => (expected.startsWith(':') ? [[expected.slice(1), parts[index] ?? '']] : [])))
}

export const onHashChange = (listener: () => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}
