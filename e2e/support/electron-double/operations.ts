/** The words of the link. The host is the test process that owns the browser; the application is the forked main bundle. */
export interface HostOperations {
  readonly createWindow: (data: { window: number; preload: string }) => Promise<void>
  readonly loadUrl: (data: { window: number; url: string }) => Promise<void>
  readonly destroyWindow: (data: { window: number }) => Promise<void>
  readonly setVisible: (data: { window: number; visible: boolean }) => Promise<void>
  readonly sendToPage: (data: { window: number; channel: string; args: readonly unknown[] }) => Promise<void>
}

export interface AppOperations {
  readonly invoke: (data: { window: number; channel: string; args: readonly unknown[]; frameUrl: string; isMainFrame: boolean }) => Promise<unknown>
  readonly request: (data: {
    url: string
    method: string
    headers: Record<string, string>
    body: Uint8Array | null
  }) => Promise<{ status: number; headers: Record<string, string>; body: Uint8Array } | null>
  /** Resolves with whether the application refused the navigation. */
  readonly willNavigate: (data: { window: number; url: string }) => boolean
  readonly windowOpen: (data: { window: number; url: string }) => 'allow' | 'deny'
  readonly pageMoved: (data: { window: number; url: string }) => void
  readonly pageClosed: (data: { window: number }) => void
  readonly evaluate: (data: { source: string; argument: unknown }) => Promise<unknown>
  readonly quit: (data: null) => void
}
