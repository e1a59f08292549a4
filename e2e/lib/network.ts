// Hosts in network namespaces: a server and people with addresses of their own,
// whose cables can be pulled and whose every packet's destination is noted.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'

/** Namespaces need root; without it the tests that use them say so. */
export const canMakeHosts = process.getuid?.() === 0

const run = (...args: string[]) => execFileSync(args[0] as string, args.slice(1), { encoding: 'utf8' })

export class Host {
  constructor(
    readonly name: string,
    readonly address: string,
  ) {}

  /** The words to put before a command so that it runs on this host. */
  get prefix(): string[] {
    return ['ip', 'netns', 'exec', this.name]
  }

  exec(...args: string[]): string {
    return run(...this.prefix, ...args)
  }

  /** Pulls the cable out, or puts it back. */
  cable(plugged: boolean): void {
    this.exec('ip', 'link', 'set', 'eth0', plugged ? 'up' : 'down')
    if (plugged) this.exec('ip', 'route', 'replace', 'default', 'via', serverAddress)
  }

  /** Drops what this host sends that matches an nft expression, e.g. 'meta l4proto udp'. */
  drop(expression: string): void {
    this.exec('nft', 'add', 'rule', 'inet', 'plenum', 'out', ...expression.split(' '), 'drop')
  }

  /** Every destination this host ever sent a packet to, as "address . protocol . port". */
  destinations(): string[] {
    const json = JSON.parse(this.exec('nft', '-j', 'list', 'table', 'inet', 'plenum')) as {
      nftables: { set?: { name: string; elem?: { elem?: { val: { concat: (string | number)[] } }; concat?: (string | number)[] }[] } }[]
    }
    return json.nftables
      .flatMap((entry) => entry.set?.elem ?? [])
      .map((element) => (element.elem?.val.concat ?? element.concat ?? []).join(' . '))
  }
}

const serverAddress = '10.99.0.1'
export const namesAddress = '10.99.0.53'

// A name server that knows no name and writes down each one it is asked for.
const nameServer = `
const socket = require('node:dgram').createSocket('udp4')
socket.on('message', (query, from) => {
  const labels = []
  for (let at = 12; query[at] > 0; at += query[at] + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]))
  console.log(labels.join('.').toLowerCase())
  const answer = Buffer.from(query)
  answer[2] = 0x81
  answer[3] = 0x83 // RFC 1035 section 4.1.1: a response, no such name
  socket.send(answer, from.port, from.address)
})
socket.bind(53, '${namesAddress}', () => console.log('ready'))
`

/** One cable segment with a server at 10.99.0.1 and people wherever asked. */
export class Network {
  readonly server: Host
  /** Every name that any host of this network asked for. */
  readonly names: string[] = []
  private readonly hosts: Host[] = []
  private nameServer: ChildProcess | undefined

  static async open(tag: string): Promise<Network> {
    const network = new Network(tag)
    await network.serveNames()
    return network
  }

  private constructor(private readonly tag: string) {
    this.server = this.namespace('srv', serverAddress)
    this.server.exec('ip', 'link', 'add', 'br0', 'type', 'bridge')
    this.server.exec('ip', 'addr', 'add', `${serverAddress}/24`, 'dev', 'br0')
    this.server.exec('ip', 'addr', 'add', `${namesAddress}/24`, 'dev', 'br0')
    this.server.exec('ip', 'link', 'set', 'br0', 'up')
    // Whatever asks for the outside world is answered by nobody, and noted.
    this.server.exec('ip', 'route', 'add', 'default', 'dev', 'br0')
  }

  /** A person's machine at 10.99.0.n. */
  person(n: number): Host {
    const host = this.namespace(`p${n}`, `10.99.0.${n}`)
    const cable = `v${n}`
    run('ip', 'link', 'add', cable, 'netns', this.server.name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', host.name)
    this.server.exec('ip', 'link', 'set', cable, 'master', 'br0', 'up')
    host.exec('ip', 'addr', 'add', `${host.address}/24`, 'dev', 'eth0')
    host.cable(true)
    return host
  }

  private async serveNames(): Promise<void> {
    const [command = '', ...args] = [...this.server.prefix, process.execPath, '-e', nameServer]
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.nameServer = child
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error('the name server ended')))
      child.stdout.on('data', (chunk: Buffer) => {
        for (const line of chunk.toString().split('\n')) {
          if (line === 'ready') resolve()
          else if (line !== '') this.names.push(line)
        }
      })
    })
  }

  close(): void {
    this.nameServer?.kill()
    for (const host of this.hosts) {
      run('ip', 'netns', 'del', host.name)
      rmSync(`/etc/netns/${host.name}`, { recursive: true, force: true })
    }
  }

  private namespace(suffix: string, address: string): Host {
    const host = new Host(`plenum-${this.tag}-${suffix}`, address)
    if (run('ip', 'netns', 'list').split(/\s/).includes(host.name)) run('ip', 'netns', 'del', host.name) // left by a run that was ended
    run('ip', 'netns', 'add', host.name)
    this.hosts.push(host)
    mkdirSync(`/etc/netns/${host.name}`, { recursive: true })
    writeFileSync(`/etc/netns/${host.name}/resolv.conf`, `nameserver ${namesAddress}\noptions timeout:1 attempts:1\n`)
    // A second address that appears later would look to a browser like a change of network.
    host.exec('sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1')
    host.exec('ip', 'link', 'set', 'lo', 'up')
    host.exec('nft', 'add table inet plenum')
    host.exec('nft', 'add set inet plenum seen { type ipv4_addr . inet_proto . inet_service; flags dynamic; size 65535; }')
    host.exec('nft', 'add set inet plenum seen6 { type ipv6_addr . inet_proto . inet_service; flags dynamic; size 65535; }')
    host.exec('nft', 'add chain inet plenum out { type filter hook output priority 0; }')
    host.exec('nft', 'add rule inet plenum out oifname != lo meta l4proto { tcp, udp } update @seen { ip daddr . meta l4proto . th dport }')
    host.exec('nft', 'add rule inet plenum out oifname != lo meta l4proto { tcp, udp } update @seen6 { ip6 daddr . meta l4proto . th dport }')
    return host
  }
}
