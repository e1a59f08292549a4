// Waiting until a page looks as it will: for pictures of it, and before it is judged.
import type { Page } from 'playwright-core'

/** Waits until nothing moves any more, but for what moves for ever. */
export async function atRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const running = document.getAnimations().filter((a) => a.effect?.getTiming().iterations !== Infinity)
    await Promise.allSettled(running.map((a) => a.finished))
  })
}

/** Waits until every picture and video of a page shows something, and nothing moves any more. */
export async function still(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.waitForFunction(() => {
    const videos = [...document.querySelectorAll('video')].filter((video) => video.srcObject !== null)
    return [...document.images].every((image) => image.complete) && videos.every((video) => video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA)
  })
  // What changed is laid out and drawn first: only then is it known what moves.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
  await atRest(page)
}
