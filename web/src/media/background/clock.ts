/** A worker that ticks: a hidden page's own timers are slowed to one a second. Told the interval in milliseconds. */
let timer: ReturnType<typeof setInterval> | undefined;

addEventListener('message', (event: MessageEvent<number>) => {
  clearInterval(timer);
  timer = setInterval(() => {
    postMessage(null);
  }, event.data);
});
