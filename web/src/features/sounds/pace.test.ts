import { describe, expect, it } from 'vitest';
import { apart, type Moment, Pace, patience } from './pace';

const at = (now: number, rest: Partial<Moment> = {}): Moment => ({ now, people: 3, speech: false, ...rest });

describe('Pace', () => {
  it('plays at once when nothing was played lately', () => {
    const pace = new Pace();
    pace.ask('join', at(0));
    expect(pace.due(at(0))).toBe('join');
    expect(pace.due(at(1))).toBeUndefined();
  });

  it('plays at most one sound in half a second', () => {
    const pace = new Pace();
    const played: number[] = [];
    for (let now = 0; now < 2000; now += 50) {
      pace.ask('join', at(now));
      if (pace.due(at(now)) !== undefined) played.push(now);
    }
    expect(played).toEqual([0, 500, 1000, 1500]);
  });

  it('makes no sound for coming and going above ten people', () => {
    for (const [people, want] of [
      [10, 'join'],
      [11, undefined],
    ] as const) {
      const pace = new Pace();
      pace.ask('join', at(0, { people }));
      expect(pace.due(at(0, { people }))).toBe(want);
    }
    const pace = new Pace();
    pace.ask('hand', at(0, { people: 400 }));
    expect(pace.due(at(0, { people: 400 }))).toBe('hand');
  });

  it('waits for a pause in speech, but not for ever', () => {
    const pace = new Pace();
    pace.ask('join', at(0));
    expect(pace.due(at(100, { speech: true }))).toBeUndefined();
    expect(pace.waits).toBe(true);
    expect(pace.due(at(200))).toBe('join');
    pace.ask('leave', at(1000));
    expect(pace.due(at(1000 + patience, { speech: true }))).toBeUndefined();
    expect(pace.due(at(1001 + patience))).toBeUndefined();
    expect(pace.waits).toBe(false);
  });

  it('says at once that one was muted', () => {
    const pace = new Pace();
    pace.ask('muted', at(0, { speech: true }));
    expect(pace.due(at(0, { speech: true }))).toBe('muted');
  });

  it('lets the more important one win while several wait', () => {
    const pace = new Pace();
    pace.ask('join', at(0));
    pace.due(at(0));
    pace.ask('join', at(10));
    pace.ask('hand', at(20));
    pace.ask('leave', at(30));
    expect(pace.due(at(apart))).toBe('hand');
    expect(pace.waits).toBe(false);
  });
});
