/**
 * copyLater puts a text that is still being made into the clipboard. Safari
 * allows copying only during the press itself, hence the promise inside the
 * item. Resolves to whether it worked.
 */
export async function copyLater(text: Promise<string>): Promise<boolean> {
  try {
    const blob = text.then((made) => new Blob([made], { type: 'text/plain' }));
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
    return true;
  } catch {
    // No ClipboardItem, or no promise in it: the plain way works in those browsers.
    return text.then(copy, () => false);
  }
}

/** copy puts a text into the clipboard and resolves to whether it worked. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
