// A directory of one's own: OpenLDAP's slapd, as Debian installs it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './person.ts'
import { freePort } from './server.ts'

export const base = 'dc=town,dc=example'
export const searchDn = `cn=search,${base}`
export const searchPassword = 'search for people'

export interface Entry {
  readonly user: string
  readonly name: string
  readonly password: string
  readonly groups: readonly string[]
}

export class Directory {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(people: readonly Entry[]): Promise<Directory> {
    const folder = mkdtempSync(join(tmpdir(), 'plenum-slapd-'))
    mkdirSync(join(folder, 'data'))
    const conf = join(folder, 'slapd.conf')
    writeFileSync(conf, configuration(folder))
    const ldif = join(folder, 'people.ldif')
    writeFileSync(ldif, tree(people))
    execFileSync('/usr/sbin/slapadd', ['-f', conf, '-l', ldif], { stdio: 'pipe' })
    const url = `ldap://127.0.0.1:${await freePort()}`
    const child = spawn('/usr/sbin/slapd', ['-d', '0', '-f', conf, '-h', url], { stdio: 'ignore' })
    const answers = () => {
      try {
        execFileSync('ldapsearch', ['-x', '-H', url, '-D', searchDn, '-w', searchPassword, '-b', base, '-s', 'base'], { stdio: 'ignore' })
        return true
      } catch {
        return false
      }
    }
    await until(async () => answers(), 20_000, () => 'slapd does not answer')
    return new Directory(url, child, folder)
  }

  close(): void {
    this.child.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function configuration(folder: string): string {
  return `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/slapd.pid
database mdb
suffix "${base}"
directory ${folder}/data
maxsize 16777216
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${searchDn}" read by * none
`
}

function tree(people: readonly Entry[]): string {
  const groups = [...new Set(people.flatMap((person) => person.groups))]
  const dn = (person: Entry) => `uid=${person.user},ou=people,${base}`
  return [
    `dn: ${base}\nobjectClass: dcObject\nobjectClass: organization\ndc: town\no: Town`,
    `dn: ou=people,${base}\nobjectClass: organizationalUnit\nou: people`,
    `dn: ou=groups,${base}\nobjectClass: organizationalUnit\nou: groups`,
    `dn: ${searchDn}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: search\nuserPassword: ${searchPassword}`,
    ...people.map((p) => `dn: ${dn(p)}\nobjectClass: inetOrgPerson\nuid: ${p.user}\ncn: ${p.name}\nsn: ${p.name}\nmail: ${p.user}@town.example\nuserPassword: ${p.password}`),
    ...groups.map((group) => {
      const members = people.filter((p) => p.groups.includes(group)).map((p) => `member: ${dn(p)}`)
      return `dn: cn=${group},ou=groups,${base}\nobjectClass: groupOfNames\ncn: ${group}\n${members.join('\n')}`
    }),
  ].join('\n\n')
}
