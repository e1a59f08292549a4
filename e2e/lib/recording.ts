// What people do with a recording, in the call and in the library.
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { until, type Person } from './person.ts'

export interface Recorded {
  readonly id: string
}

/** What a page notes of a recording's start, in ms of this machine's clock: all of it runs here. */
interface Noted {
  /** The server began it, as it says itself. */
  began: number
  /** The page was told. */
  told: number
  /** The mark was in the page. */
  mark: number
  /** How often the page could have been drawn between the two. */
  frames: number
}

/** How long the mark took, in ms: from the server's decision until the page was told, and until the mark was there. */
export interface Took {
  readonly told: number
  readonly mark: number
  /** How often the page could have been drawn between the two. */
  readonly frames: number
}

/** Lets a person's pages note how a recording starts. */
export async function noteMark(person: Person): Promise<void> {
  await person.context.addInitScript(() => {
    const noted: { began?: number; told?: number; mark?: number; frames: number } = { frames: 0 }
    const count = () => {
      if (noted.mark !== undefined) return
      noted.frames += 1
      requestAnimationFrame(count)
    }
    Object.assign(window, { noted })
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        this.addEventListener('message', ({ data }) => {
          if (typeof data !== 'string' || !data.includes('"state":"starting"')) return
          if (noted.told === undefined) requestAnimationFrame(count)
          noted.told ??= Date.now()
          noted.began ??= Number(/"since":(\d+)/.exec(data)?.[1])
        })
      }
    }
    new MutationObserver(() => {
      if (noted.mark === undefined && document.querySelector('aside [role=img][aria-label=Recording]')) noted.mark = Date.now()
    }).observe(document, { subtree: true, childList: true })
  })
}

/** Starts a recording in the grid layout; gives how long the mark took at each of those people. */
export async function record(person: Person, all: readonly Person[]): Promise<Took[]> {
  await person.button('Record').click()
  await person.page.getByRole('dialog', { name: 'Record this meeting?' }).getByText('Everybody the same size', { exact: true }).click()
  await person.button('Start recording').click()
  for (const { page } of all) await page.getByRole('img', { name: 'Recording', exact: true }).waitFor()
  const noted = await Promise.all(all.map(({ page }) => page.evaluate(() => (window as unknown as { noted: Noted }).noted)))
  return noted.map(({ began, told, mark, frames }) => ({ told: told - began, mark: mark - began, frames }))
}

/** Answers the question. */
export async function say(person: Person, answer: string): Promise<void> {
  const button = person.page.getByRole('dialog').getByRole('button', { name: answer, exact: true })
  await button.click()
  await button.waitFor({ state: 'detached' })
}

/** Chooses in the menu of the running recording. */
export async function step(person: Person, name: string): Promise<void> {
  await person.button('Record').click()
  await person.page.getByRole('menuitem', { name }).click()
}

export async function chapter(person: Person, title: string): Promise<void> {
  await step(person, 'Add chapter…')
  const dialog = person.page.getByRole('dialog', { name: 'Add a chapter' })
  await dialog.getByLabel('Title').fill(title)
  await dialog.getByRole('button', { name: 'Add chapter' }).click()
  await dialog.waitFor({ state: 'detached' })
}

/** Begins a chapter in which nothing changes for a second and more: so long it takes to listen. */
export async function hold(person: Person, title: string, { hears }: { hears: readonly number[] }): Promise<void> {
  await chapter(person, title)
  await Promise.all([person.hears(hears), passes(person, 2)])
  await person.hears(hears)
}

/** Waits until so many seconds more are recorded, by the mark's own clock. */
export async function passes(person: Person, seconds: number): Promise<void> {
  const mark = person.page.getByRole('complementary', { name: 'Recording' })
  const elapsed = async () => {
    const [, minutes, rest] = /(\d+):(\d\d)/.exec((await mark.textContent()) ?? '') ?? []
    return Number(minutes) * 60 + Number(rest)
  }
  const from = await elapsed()
  await until(async () => (await elapsed()) > from + seconds, seconds * 1000 + 30_000, () => 'the recording should go on')
}

/** Waits in the library until the videos of so many recordings of a meeting are made; gives the newest. */
export async function made(page: Page, url: string, title: string, many = 1): Promise<Recorded> {
  if (!page.url().endsWith('/recordings')) await page.goto(`${url}/recordings`)
  const watch = page.getByRole('link', { name: `Watch ${title}` })
  await until(async () => (await watch.count()) === many, 180_000, () => 'the video should be made')
  return { id: /\/r\/([a-z2-7]+)/.exec((await watch.first().getAttribute('href')) ?? '')?.[1] ?? '' }
}

/** Downloads the newest video of a meeting from the library; gives where it lies. */
export async function download(page: Page, title: string, folder: string): Promise<string> {
  await page.getByRole('button', { name: `More for ${title}` }).first().click()
  const begun = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Download' }).click()
  const file = join(folder, 'video.mp4')
  await (await begun).saveAs(file)
  await page.getByRole('dialog', { name: 'Download' }).getByRole('button', { name: 'Done' }).click()
  return file
}
