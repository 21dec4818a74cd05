/** Entry of the process that asks Windows about the owner's session. A test names one library that stands in for all of Windows' own. */
import { bindLibrary } from './gpu/native.ts'
import { serveReader } from './gpu/reader-child.ts'
import { WindowsSessionRequest, openWindowsSession } from './idle/signals/windows-session.ts'

const [library] = process.argv.slice(2)
let look: ReturnType<typeof openWindowsSession> | null = null

serveReader({ request: WindowsSessionRequest, answer: (request) => (look ??= openWindowsSession(bindLibrary, library))(request) })
