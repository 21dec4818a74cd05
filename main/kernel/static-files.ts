import { readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { SECURITY_HEADERS } from './security-headers.ts'

const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

export interface StaticFile {
  readonly body: Buffer<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The file below `root` that a URL path names, or `null` when the path leaves the folder, hides (`.name`), or is not plain.
 * `/` is `/index.html`. Decodes percent escapes exactly once.
 */
export function confine(root: string, pathname: string): string | null {
  const decoded = decodeOnce(pathname === '/' ? '/index.html' : pathname)
  if (!decoded?.startsWith('/') || /[\0\\:]/.test(decoded)) return null
  const segments = decoded.slice(1).split('/')
  if (segments.some((segment) => segment === '' || segment.startsWith('.'))) return null
  const file = join(root, ...segments)
  return file.startsWith(root + sep) ? file : null
}

/** Reads one file of the window's bundle with the headers it must travel with; `null` when there is no such file. */
export async function readStatic(root: string, pathname: string): Promise<StaticFile | null> {
  const file = confine(root, pathname)
  const type = file === null ? undefined : MIME[extname(file)]
  if (file === null || type === undefined) return null
  try {
    const body = await readFile(file)
    return { body, headers: { 'content-type': type, 'cache-control': cacheControl(pathname), ...SECURITY_HEADERS } }
  } catch {
    return null
  }
}

/** Only names that contain their content hash may be kept. */
const cacheControl = (pathname: string): string => (pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store')

function decodeOnce(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
