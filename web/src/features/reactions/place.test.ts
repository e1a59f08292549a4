import { beforeEach, expect, it } from 'vitest';
import { place } from './place';

let reaction: HTMLElement;
let tile: HTMLElement;

beforeEach(() => {
  document.body.innerHTML = '<main><figure data-seat="ada"></figure><ul><li></li></ul></main>';
  const [list] = document.getElementsByTagName('ul');
  const [li] = document.getElementsByTagName('li');
  const [figure] = document.getElementsByTagName('figure');
  if (!list || !li || !figure) throw new Error('no page');
  list.getBoundingClientRect = () => new DOMRect(8, 8, 1000, 700);
  reaction = li;
  tile = figure;
});

const at = () => [reaction.style.left, reaction.style.top];

it('rises over the tile of its sender, who needs no second name there', () => {
  tile.getBoundingClientRect = () => new DOMRect(108, 208, 400, 200);
  place(reaction, { id: 5, seat: 'ada' });
  expect(at()).toEqual(['300px', '360px']);
  expect(reaction.dataset['over']).toBe('tile');
});

it('rises at the lower left for somebody on another page', () => {
  place(reaction, { id: 4, seat: 'ben' });
  expect(at()).toEqual(['184px', '684px']);
  expect(reaction.dataset['over']).toBeUndefined();
});

it('rises at the lower left while the tile is not drawn', () => {
  place(reaction, { id: 3, seat: 'ada' });
  expect(reaction.dataset['over']).toBeUndefined();
});
