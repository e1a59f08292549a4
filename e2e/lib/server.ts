// The real binary, started as an operator would.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Host } from './network.ts'

const binary = process.env['PLENUM_BINARY'] ?? join(dirname(fileURLToPath(import.meta.url)), '../../bin/plenum')

export interface Links {
  readonly owner: string
  readonly moderator: string
  readonly presenter: string
  readonly attendee: string
  readonly viewer: string
}

export interface Options {
  /** Where it runs; this machine's loopback when left out. */
  readonly host?: Host
  readonly flags?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port)
        else reject(new Error('no port'))
      })
    })
  })
}

export class Server {
  log = ''
  setupLink = ''
  private child: ChildProcess | undefined
  private ended: Promise<number | null> = Promise.resolve(null)

  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly mediaPort: number,
    readonly turnPort: number,
    readonly metricsPort: number,
    private readonly options: Options,
  ) {}

  static async start(options: Options = {}): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), 'plenum-e2e-'))
    const server = new Server(folder, await freePort(), await freePort(), await freePort(), await freePort(), options)
    await server.run()
    return server
  }

  get url(): string {
    return `https://${this.options.host?.address ?? 'localhost'}:${this.port}`
  }

  get data(): string {
    return join(this.folder, 'data')
  }

  /** Starts the process on the same data; resolves when it says where it is. */
  async run(): Promise<void> {
    const args = [
      ...(this.options.host?.prefix ?? []),
      binary,
      'serve',
      '--data', this.data,
      '--listen', `:${this.port}`,
      '--media-port', String(this.mediaPort),
      '--turn-port', String(this.turnPort),
      '--metrics-listen', `127.0.0.1:${this.metricsPort}`,
      '--log-level', 'debug',
      ...(this.options.host ? ['--lan'] : []),
      ...(this.options.flags ?? []),
    ]
    const child = spawn(args[0] as string, args.slice(1), { env: { ...process.env, ...this.options.environment }, stdio: 'pipe' })
    this.child = child
    this.ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)))
    const started = this.log.length
    const note = (chunk: Buffer) => {
      this.log += chunk.toString()
    }
    child.stdout.on('data', note)
    child.stderr.on('data', note)
    await this.ready(() => this.log.slice(started))
    const link = /https:\/\/\S+\/setup#\S+/.exec(this.log.slice(started))
    if (link) this.setupLink = this.url + new URL(link[0]).pathname + new URL(link[0]).hash
  }

  /** SIGTERM, as systemd does; resolves with the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child?.kill(signal)
    return this.ended
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Runs a subcommand on this server's data and returns what it printed. */
  cli(...args: string[]): string {
    return execFileSync(binary, [...args, '--data', this.data], { encoding: 'utf8' })
  }

  createMeeting(name: string, ...flags: string[]): { id: string; links: Links } {
    return JSON.parse(this.cli('meeting', 'create', '--name', name, '--json', ...flags)) as { id: string; links: Links }
  }

  private async ready(output: () => string): Promise<void> {
    const limit = Date.now() + 20_000
    for (;;) {
      if (this.child?.exitCode !== null) throw new Error(`the server ended at start:\n${output()}`)
      const probe = ['-ksf', '--max-time', '2', `${this.url}/readyz`]
      try {
        const prefix = this.options.host?.prefix ?? []
        const command = [...prefix, 'curl', ...probe]
        execFileSync(command[0] as string, command.slice(1), { stdio: 'ignore' })
        if (/https:\/\//.test(output())) return // it has said where it is
      } catch {
        // Not yet.
      }
      if (Date.now() > limit) throw new Error(`the server is not ready:\n${output()}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
