/**
 * focusFirstInvalid moves the focus to the first field of a form that was
 * refused, where its error is read out with it. Call it after the errors show.
 */
export function focusFirstInvalid(form: HTMLFormElement): void {
  requestAnimationFrame(() => {
    form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  });
}
